// The reason for the whole portal: from a name somebody heard to a call that works.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { developer, subscriber } from '../harness/portico.mjs'
import { Visitor } from '../harness/visitor.mjs'

const operation = '/apis/parcel/getshipment'

export function firstCall(world) {
  test('a guest finds an operation by search and reads it', async () => {
    const guest = await Visitor.arrive(world.browser, world.portico.portal)
    await guest.goto('/')
    await guest.press('/')
    await guest.page.keyboard.type('get a shipment')
    await guest.reads(/Get a shipment/, 'portico-search .hits')
    await Promise.all([guest.page.waitForNavigation(), guest.press('Enter')]) // the page, and its address as we know it
    if (guest.path === '/search') {
      const hit = await guest.page.waitForSelector(`a.hit[href="${operation}"]`)
      await Promise.all([guest.page.waitForNavigation(), hit.click()])
    }
    assert.equal(guest.path, operation)
    await guest.reads(/Get a shipment/, 'h1')
    await guest.reads(/shipmentId/, 'article')
    await guest.leave()
  })

  test('a guest who opens the console is told what is missing and comes back signed in', async () => {
    const guest = await Visitor.arrive(world.browser, world.portico.portal)
    await guest.goto(operation)
    await guest.click('button', 'Try it')
    await guest.reads(/sign in/i, 'portico-console')
    const link = await guest.page.waitForSelector('portico-console a[href*="/signin"]')
    await Promise.all([guest.page.waitForNavigation(), link.click()])
    await guest.fill('E-mail', developer.email)
    await guest.fillPassword('Password', developer.password)
    await guest.follow('button', 'Sign in')
    assert.equal(guest.path, operation, 'signing in leads back to the operation')
    await guest.leave()
  })

  test('a developer subscribes, sends a request across origins and reads the answer', async () => {
    const dev = await Visitor.arrive(world.browser, world.portico.portal)
    await dev.signIn(developer)
    await dev.goto('/products/starter')
    await dev.fill('Name of the subscription', `First call, ${world.name}`)
    await dev.follow('button', 'Subscribe')
    await dev.reads(new RegExp(`First call, ${world.name}[^]*Active`))

    await dev.goto(operation)
    await dev.click('button', 'Try it')
    const key = await keyField(dev)
    assert.ok((await key.evaluate((field) => field.value)).length > 0, 'the subscription key is filled in')
    const answer = dev.page.waitForResponse((r) => r.url().startsWith(world.portico.gateway) && r.request().method() === 'GET')
    await dev.click('button', 'Send')
    assert.equal((await answer).status(), 200)
    await dev.reads(/200 OK/, 'portico-console')
    await dev.reads(/shp_9KQ2/, 'portico-console')
    await dev.leave()
  })

  test('a wrong key is answered with 401, explained in words', async () => {
    const dev = await Visitor.arrive(world.browser, world.portico.portal)
    await dev.signIn(developer)
    await dev.goto(operation)
    await dev.click('button', 'Try it')
    await chooseOwnKey(dev, 'this-is-not-a-key')
    await dev.press('Control+Enter')
    const words = await dev.reads(/401[^]*key ending/, 'portico-console')
    assert.match(words, /key ending in …-key/, 'the 401 tells which key was sent')
    assert.ok(await dev.sees('link', 'Get a key'), 'and how to get one')
    await dev.leave({ expect: [/401/] })
  })

  test('a request with a body is sent as it was written', async () => {
    const dev = await Visitor.arrive(world.browser, world.portico.portal)
    await dev.signIn(subscriber)
    await dev.goto('/apis/parcel/quoteshipment')
    await dev.click('button', 'Try it')
    await keyField(dev)
    await dev.click('button', 'Send')
    await dev.reads(/200 OK/, 'portico-console')
    await dev.reads(/economy/, 'portico-console')
    await dev.leave()
  })
}

/** The field that holds the subscription key. */
async function keyField(dev) {
  return dev.page.waitForSelector('::-p-aria([name="Subscription key"])', { visible: true })
}

/** Types a key of one's own instead of the subscription's. */
async function chooseOwnKey(dev, text) {
  const field = await keyField(dev)
  await field.click({ count: 3 })
  await field.type(text)
}
