// Everything a visitor may read works without JavaScript.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Visitor } from '../harness/visitor.mjs'

export function noScript(world) {
  test('an operation page without script shows parameters, schemas, responses and a sample', async () => {
    const guest = await world.withoutScript()
    assert.equal(await guest.goto('/apis/parcel/bookShipment'), 200)
    const text = await guest.page.$eval('main', (e) => e.textContent)
    for (const word of [/Book a shipment/, /accountId/, /Idempotency-Key/, /parcels/, /201/, /422/, /curl/]) {
      assert.match(text, word)
    }
    const schema = await guest.page.$('main a[href*="/-/schemas/"]')
    assert.ok(schema, 'deeper schemas are links')
    await Promise.all([guest.page.waitForNavigation(), schema.click()])
    assert.match(guest.path, /\/-\/schemas\//)
    await guest.leave()
  })

  test('the search works without script by submitting', async () => {
    const guest = await world.withoutScript()
    await guest.goto('/')
    const field = await guest.page.$('header input[type=search], input[type=search]')
    await field.type('shipment')
    await Promise.all([guest.page.waitForNavigation(), field.press('Enter')])
    assert.equal(guest.path, '/search')
    assert.match(await guest.page.content(), /\/apis\/parcel\/getShipment/)
    await guest.leave()
  })

  test('another language of the sample is a link', async () => {
    const guest = await world.withoutScript()
    await guest.goto('/apis/parcel/getShipment')
    const python = await guest.page.$('a[href="?lang=python"]')
    await Promise.all([guest.page.waitForNavigation(), python.click()])
    assert.match(await guest.page.content(), /urllib/)
    await guest.leave()
  })
}
