// Everything a visitor may read works without JavaScript. Firefox lets a driver
// only read such pages, and only at once (no promise of theirs is ever kept), so
// links are followed and forms sent by their addresses.
import assert from 'node:assert/strict'
import { test } from 'node:test'

export function noScript(world) {
  test('an operation page without script shows parameters, schemas, responses and a sample', async () => {
    const guest = await world.withoutScript()
    assert.equal(await guest.goto('/apis/parcel/bookshipment'), 200)
    const words = await text(guest, 'main')
    for (const word of [/Book a shipment/, /accountId/, /Idempotency-Key/, /parcels/, /201/, /422/, /curl/]) {
      assert.match(words, word)
    }
    const deeper = await address(guest, 'main a[href*="/-/schemas/"]', 'href')
    assert.equal(await guest.goto(deeper), 200, 'a deeper schema is a page')
    await guest.leave()
  })

  test('the search works without script by submitting', async () => {
    const guest = await world.withoutScript()
    await guest.goto('/')
    assert.equal(await address(guest, 'form[role=search]', 'action'), '/search')
    assert.equal(await address(guest, 'form[role=search] input', 'name'), 'q')
    await guest.goto('/search?q=shipment')
    assert.match(await guest.page.content(), /\/apis\/parcel\/getshipment/)
    await guest.leave()
  })

  test('another language of the sample is a link', async () => {
    const guest = await world.withoutScript()
    await guest.goto('/apis/parcel/getshipment')
    const python = await address(guest, 'a[href="?lang=python"]', 'href')
    await guest.goto('/apis/parcel/getshipment' + python)
    assert.match(await guest.page.content(), /urllib/)
    await guest.leave()
  })

  test('operations are reached from the list of APIs by links', async () => {
    const guest = await world.withoutScript()
    await guest.goto('/apis')
    await guest.goto(await address(guest, 'main a[href="/apis/parcel"]', 'href'))
    await guest.goto(await address(guest, 'a[href="/apis/parcel/getshipment"]', 'href'))
    assert.match(await text(guest, 'h1'), /Get a shipment/)
    await guest.leave()
  })
}

/** An attribute of the first element of a selector; a missing element is a failure. */
async function address(guest, selector, attribute) {
  const value = await guest.page.evaluate(
    (where, name) => document.querySelector(where)?.getAttribute(name) ?? '', selector, attribute)
  assert.ok(value, `${guest.path} has no ${selector}`)
  return value
}

/** The text of the first element of a selector. */
async function text(guest, selector) {
  return guest.page.evaluate((where) => document.querySelector(where)?.textContent ?? '', selector)
}
