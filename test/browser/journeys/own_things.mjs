// What belongs to a person: subscriptions, keys, the account.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { binary, developer, subscriber } from '../harness/portico.mjs'
import { Visitor } from '../harness/visitor.mjs'

export function ownThings(world) {
  test('a product that needs approval asks for consent and explains the wait', async () => {
    const dev = await Visitor.arrive(world.browser, world.portico.portal)
    await dev.signIn(developer)
    await dev.goto('/products/unlimited')
    await dev.fill('Name of the subscription', 'Warehouse')
    await dev.click('checkbox', 'I agree to the terms')
    await dev.follow('button', 'Subscribe')
    await dev.reads(/Warehouse[^]*Waiting for approval/)
    await dev.goto('/profile')
    await dev.reads(/Warehouse[^]*waits for an administrator/)
    await dev.leave()
  })

  test('keys are shown, regenerated and gone after cancelling', async () => {
    const dev = await Visitor.arrive(world.browser, world.portico.portal)
    await dev.signIn(developer)
    await dev.goto('/products/starter')
    await dev.fill('Name of the subscription', 'Short-lived')
    await dev.follow('button', 'Subscribe')
    await dev.goto('/profile')
    const first = await shownKey(dev, 'Short-lived')
    const asked = []
    dev.page.on('dialog', (dialog) => {
      asked.push(dialog.message())
      return dialog.accept()
    })
    await manage(dev, 'Short-lived', 'Regenerate: Primary key')
    const second = await shownKey(dev, 'Short-lived')
    assert.notEqual(second, first, 'the key is another one')
    assert.equal(await callWith(world, first), 401, 'the old key opens nothing')
    assert.equal(await callWith(world, second), 200)
    await manage(dev, 'Short-lived', 'Cancel subscription')
    await dev.reads(/Short-lived[^]*Cancelled/)
    assert.equal(await callWith(world, second), 401, 'a cancelled subscription opens nothing')
    assert.equal(asked.filter((words) => words.includes('Short-lived')).length, 2, 'both acts ask, and name the subscription')
    await dev.leave()
  })

  test('a wrong password is refused in words, beside the form', async () => {
    const guest = await Visitor.arrive(world.browser, world.portico.portal)
    await guest.goto('/signin')
    await guest.fill('E-mail', 'nobody@meridian.example')
    await guest.fillPassword('Password', 'not the password')
    await guest.follow('button', 'Sign in')
    await guest.reads(/e-mail|password/i, 'main')
    assert.equal(await guest.page.$('summary[aria-label$="your account"]'), null)
    await guest.leave({ expect: [/422/] })
  })

  test('a printed link signs in, also with the token after the hash', async () => {
    for (const part of ['?', '#']) {
      const { stdout } = await promisify(execFile)(binary, ['admin', 'link', '--data', world.portico.data])
      const link = stdout.trim()
      assert.ok(link.startsWith(world.portico.portal), link)
      const boss = await Visitor.arrive(world.browser, world.portico.portal)
      await boss.page.goto(link.replace('?', part), { waitUntil: 'load' })
      await boss.page.waitForSelector('summary[aria-label$="your account"]')
      assert.doesNotMatch(boss.page.url(), /token/)
      await boss.leave()
    }
  })

  test('signing out ends what a person sees', async () => {
    const dev = await Visitor.arrive(world.browser, world.portico.portal)
    await dev.signIn(developer)
    await (await dev.page.waitForSelector('summary[aria-label$="your account"]')).click()
    await dev.follow('button', 'Sign out')
    await dev.find('link', 'Sign in')
    await dev.goto('/profile')
    assert.doesNotMatch(await dev.page.content(), new RegExp(developer.email))
    await dev.leave()
  })

  test('the console shows pictures, streams and uploads', async () => {
    const dev = await Visitor.arrive(world.browser, world.portico.portal)
    await dev.signIn(subscriber)
    await dev.goto('/apis/echo/answerpicture')
    await send(dev)
    const picture = await dev.page.waitForSelector('portico-console img')
    assert.equal(await picture.evaluate(async (img) => { await img.decode(); return img.naturalWidth }), 160)

    await dev.goto('/apis/echo/streamevents')
    await send(dev)
    await dev.reads(/"number":5,"of":5/, 'portico-console')

    await dev.goto('/apis/parcel/uploadpaper')
    await dev.click('button', 'Try it')
    await dev.find('button', 'Send')
    const file = await dev.page.waitForSelector('portico-console input[type=file]')
    await file.uploadFile(new URL('../package.json', import.meta.url).pathname)
    await dev.click('button', 'Send')
    await dev.reads(/201/, 'portico-console')
    await dev.reads(/package\.json/, 'portico-console')
    await dev.leave()
  })
}

async function send(dev) {
  await dev.click('button', 'Try it')
  await dev.page.waitForSelector('::-p-aria([name="Subscription key"])', { visible: true })
  await dev.page.waitForFunction(() => document.querySelector('portico-console input[type=password]')?.value)
  await dev.click('button', 'Send')
  await dev.reads(/200/, 'portico-console')
}

/** The card of a subscription, by its name. */
async function card(dev, name) {
  const handle = await dev.page.waitForFunction(
    (title) => [...document.querySelectorAll('.sub')].find((c) => c.querySelector('h3').textContent === title), {}, name)
  return handle.asElement()
}

/** Shows the primary key of a subscription and reads it. */
async function shownKey(dev, name) {
  const element = await card(dev, name)
  await (await element.$('button[aria-label="Show: Primary key"]')).click()
  const handle = await dev.page.waitForFunction((e) => {
    const text = e.querySelector('[data-key=primary]').textContent
    return text.includes('•') ? '' : text
  }, {}, element)
  return handle.jsonValue()
}

/** Presses a button of a subscription's folded actions. */
async function manage(dev, name, button) {
  const element = await card(dev, name)
  await (await element.$('summary')).click()
  const press = await element.$(`::-p-aria([role="button"][name="${button}"])`)
  assert.ok(press, `${name} has no button “${button}”`)
  await Promise.all([dev.page.waitForNavigation({ waitUntil: 'load' }), press.click()])
}

/** Calls the gateway as a program would; waits up to a second for the change to reach it. */
async function callWith(world, key) {
  let status
  for (const end = Date.now() + 1000; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
    const before = status
    status = (await fetch(`${world.portico.gateway}/echo/request`, { headers: { 'Ocp-Apim-Subscription-Key': key } })).status
    if (status === before) break
  }
  return status
}
