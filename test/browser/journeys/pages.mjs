// What must hold on every page of the default site, for guests and for signed-in people.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { developer } from '../harness/portico.mjs'
import { assertAccessible, assertNoSideways, assertStill, assertStructure, assertWalkable } from '../harness/page_checks.mjs'

/** Every page of the default site, with what its variables stand for in the demo. */
const site = JSON.parse(await readFile(new URL('../../../internal/site/defaults/site.json', import.meta.url), 'utf8'))
const defaultPages = Object.entries(site).filter(([ref]) => ref.startsWith('/contentTypes/page/'))
  .map(([, page]) => page.properties.en_us.permalink.replace('{api}', 'parcel').replace('{operation}', 'bookshipment').replace('{product}', 'starter'))
assert.ok(defaultPages.length >= 16, `only ${defaultPages.length} default pages are known`)

const everyone = defaultPages.map((path) => [path, 200])
const publicPages = [
  ...everyone, ['/apis?tag=logistics', 200], ['/apis/parcel/-/schemas/Shipment', 200], ['/apis/tracking', 200], ['/apis/echo/streamevents', 200],
  ['/search?q=shipment', 200], ['/search?q=zzzz', 200], ['/no-such-page', 404], ['/apis/depot', 404],
]
const ownPages = [['/profile', 200], ['/change-password', 200], ['/reports', 200], ['/products/starter', 200], ['/products/unlimited', 200], ['/apis/parcel/getshipment', 200]]

export function pages(world) {
  test('what goes wrong on a page is noticed', async () => {
    const visitor = await world.arriveWatched()
    await visitor.page.evaluate(() => {}) // a page is there
    await (visitor.page.goto ? visitor.page.goto(world.watch.origin + '/-broken') : visitor.goto('/-broken'))
    await visitor.page.evaluate(() => new Promise((done) => setTimeout(done, 300)))
    await assert.rejects(assertStill(visitor, 'the broken page'), /shifts by/)
    await assert.rejects(visitor.leave(), (error) => ['logged', 'thrown'].every((what) => error.message.includes(what)))
  })

  for (const [who, list] of [['a guest', publicPages], ['a developer', ownPages]]) {
    test(`every page is accessible to ${who}, light and dark`, async (t) => {
      const visitor = await world.arriveWatched()
      if (who !== 'a guest') await visitor.signIn(developer)
      for (const [path, status] of list) {
        await t.test(path, async () => {
          assert.equal(await visitor.goto(path), status)
          await assertStill(visitor, path)
          await assertStructure(visitor, path)
          const looks = new Set()
          for (let i = 0; i < 2; i++) {
            await assertAccessible(visitor, `${path}, look ${i + 1}`)
            looks.add(await visitor.page.evaluate(() => getComputedStyle(document.body).color))
            await visitor.switchTheme()
          }
          assert.equal(looks.size, 2, 'the switch changes the look')
        })
      }
      await visitor.leave({ expect: [/404/] })
    })

    test(`every page is walked by keys by ${who}`, async (t) => {
      for (const [path] of list) {
        await t.test(path, async () => {
          const visitor = await world.arriveWatched() // a walk ends in the browser's own bars, and the next would begin there
          if (who !== 'a guest') await visitor.signIn(developer)
          await visitor.goto(path)
          await assertWalkable(visitor, path)
          await visitor.leave({ expect: [/404/] })
        })
      }
    })

    test(`no page scrolls sideways on a small phone for ${who}`, async () => {
      const visitor = await world.arriveWatched({ width: 320, height: 640 })
      if (who !== 'a guest') await visitor.signIn(developer)
      for (const [path] of list) {
        await visitor.goto(path)
        assert.equal(await visitor.page.evaluate(() => innerWidth), 320)
        await assertNoSideways(visitor, path)
      }
      await visitor.leave({ expect: [/404/] })
    })
  }

  test('the look that was chosen is remembered', async () => {
    const visitor = await world.arriveWatched()
    const look = () => visitor.page.evaluate(() => getComputedStyle(document.body).color)
    await visitor.goto('/')
    const before = await look()
    await visitor.switchTheme()
    const after = await look()
    assert.notEqual(after, before)
    await visitor.goto('/apis')
    assert.equal(await look(), after)
    await visitor.leave()
  })

  test('what is hidden from guests is nowhere for them', async () => {
    const guest = await world.arriveWatched()
    for (const path of ['/apis', '/search?q=depot', '/']) {
      await guest.goto(path)
      assert.doesNotMatch(await guest.page.content(), /Depot API|\/apis\/depot/, path)
    }
    await guest.leave()
  })
}

/** The console's page, which needs more hands than a walk has. */
export function consolePage(world) {
  test('the open console is accessible and fits a small phone', async () => {
    const dev = await world.arrive()
    await dev.signIn(developer)
    await dev.goto('/apis/parcel/bookshipment')
    await dev.click('button', 'Try it')
    await dev.find('button', 'Send')
    await assertAccessible(dev, 'the console')
    await dev.page.setViewport({ width: 320, height: 640 })
    await assertNoSideways(dev, 'the console')
    await dev.leave()
  })
}
