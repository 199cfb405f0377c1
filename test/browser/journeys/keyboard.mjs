// Everything by keyboard.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { subscriber } from '../harness/portico.mjs'
import { Visitor } from '../harness/visitor.mjs'

export function keyboard(world) {
  test('the first stop skips to the content, the next ones walk the header', async () => {
    const guest = await Visitor.arrive(world.browser, world.portico.portal)
    await guest.goto('/')
    await guest.press('Tab')
    assert.match(await guest.focus(), /Skip to content/)
    const stops = []
    for (let i = 0; i < 8; i++) {
      await guest.press('Tab')
      stops.push(await guest.focus())
    }
    for (const name of [/APIs/, /Products/, /Search/, /light and dark/, /Sign in/]) {
      assert.ok(stops.some((stop) => name.test(stop)), `${name} is not among ${stops.join(' | ')}`)
    }
    await guest.leave()
  })

  test('the search is opened, walked and followed by keys', async () => {
    const guest = await Visitor.arrive(world.browser, world.portico.portal)
    await guest.goto('/apis')
    await guest.press('/')
    assert.match(await guest.focus(), /Search/)
    await guest.page.keyboard.type('track a parcel')
    await guest.reads(/Track a parcel/, 'portico-search .hits')
    for (let i = 0; i < 10 && !/Track a parcel/.test(await chosen(guest)); i++) await guest.press('ArrowDown')
    assert.match(await chosen(guest), /Track a parcel/, 'the arrow keys reach the operation')
    await Promise.all([guest.page.waitForNavigation(), guest.press('Enter')])
    assert.match(guest.path, /^\/apis\/tracking/)
    await guest.leave()
  })

  test('the console is opened, filled and sent by keys', async () => {
    const dev = await Visitor.arrive(world.browser, world.portico.portal)
    await dev.signIn(subscriber)
    await dev.goto('/apis/echo/echoget')
    const open = await dev.find('button', 'Try it')
    await open.focus()
    await dev.press('Enter')
    const text = await dev.page.waitForSelector('portico-console ::-p-aria([name="text"])', { visible: true })
    await text.focus()
    await dev.press('Control+a')
    await dev.page.keyboard.type('typed by hand')
    await dev.press('Control+Enter')
    await dev.reads(/200 OK/, 'portico-console')
    await dev.reads(/typed by hand/, 'portico-console')
    await dev.leave()
  })
}

/** The suggestion that the arrow keys have reached. */
async function chosen(guest) {
  return guest.page.evaluate(() => document.querySelector('[role=option][aria-selected=true]')?.textContent ?? '')
}
