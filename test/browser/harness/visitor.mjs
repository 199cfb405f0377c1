// What a person does in front of a page: look for things by what they are
// called, click, type, read. And what a developer would notice in the console.
import assert from 'node:assert/strict'

const patience = 10_000 // milliseconds until something expected is missing

export class Visitor {
  /** Opens a page in a session of its own: no cookies, nothing stored. */
  static async arrive(browser, origin, { width = 1280, height = 900 } = {}) {
    const context = await browser.createBrowserContext()
    const page = await context.newPage()
    page.setDefaultTimeout(patience)
    await page.setViewport({ width, height })
    return new Visitor(context, page, origin)
  }

  constructor(context, page, origin) {
    this.context = context
    this.page = page
    this.origin = origin
    /** Errors that the pages reported. */
    this.errors = []
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text())
    })
    page.on('pageerror', (error) => this.errors.push(String(error)))
  }

  /** Leaves, and fails when a page reported an error that is not expected. */
  async leave({ expect = [] } = {}) {
    await this.context.close()
    const unexpected = this.errors.filter((text) => !expect.some((pattern) => pattern.test(text)))
    assert.deepEqual(unexpected, [], 'the browser console shows errors')
  }

  /** Goes to a path of the portal and returns the answer's status. */
  async goto(path) {
    const answer = await this.page.goto(this.origin + path, { waitUntil: 'load' })
    return answer?.status()
  }

  get path() { return new URL(this.page.url()).pathname }

  /** The element of a role and an accessible name; waits until it is there. */
  async find(role, name) {
    try {
      return await this.page.waitForSelector(`::-p-aria([role="${role}"][name="${name}"])`, { visible: true })
    } catch (error) {
      throw new Error(`There is no ${role} “${name}” on ${this.path}: ${error.message}`)
    }
  }

  /** Whether the element is there right now. */
  async sees(role, name) {
    return await this.page.$(`::-p-aria([role="${role}"][name="${name}"])`) !== null
  }

  async click(role, name) { await (await this.find(role, name)).click() }

  /** Clicks something that leads to another page, and waits for that page. */
  async follow(role, name) {
    const element = await this.find(role, name)
    await Promise.all([this.page.waitForNavigation({ waitUntil: 'load' }), element.click()])
  }

  /** Replaces the content of a field that has this label. */
  async fill(label, text, role = 'textbox') {
    const field = await this.find(role, label)
    await field.click({ count: 3 })
    await field.press('Backspace')
    await field.type(text)
  }

  /** Types a password field, which has no role. */
  async fillPassword(label, text) {
    const field = await this.page.waitForSelector(`::-p-aria([name="${label}"])`, { visible: true })
    await field.type(text)
  }

  /** Waits until the page's text, or that of one element, matches, and returns it. */
  async reads(pattern, selector = 'body') {
    let text = ''
    for (const deadline = Date.now() + patience; ; await new Promise((done) => setTimeout(done, 50))) {
      text = await this.page.$eval(selector, (element) => element.innerText).catch(() => '')
      if (pattern.test(text)) return text
      if (Date.now() > deadline) break
    }
    assert.fail(`${this.path} does not say ${pattern} in ${selector}; it says:\n${text.slice(0, 2000)}`)
  }

  /** Presses keys one after the other; "Control+Enter" is a chord. */
  async press(...keys) {
    for (const key of keys) {
      const chord = key.length > 1 ? key.split('+') : [key]
      for (const held of chord.slice(0, -1)) await this.page.keyboard.down(held)
      await this.page.keyboard.press(chord.at(-1))
      for (const held of chord.slice(0, -1).reverse()) await this.page.keyboard.up(held)
    }
  }

  /** What has the focus: its role or element, and what it is called. */
  async focus() {
    return this.page.evaluate(() => {
      const e = document.activeElement
      const name = e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || e.value || ''
      return `${e.getAttribute('role') || e.localName} ${name.trim().replace(/\s+/g, ' ')}`.trim()
    })
  }

  async signIn({ email, password }) {
    await this.goto('/signin')
    await this.fill('E-mail', email)
    await this.fillPassword('Password', password)
    await this.follow('button', 'Sign in')
    await this.page.waitForSelector('summary[aria-label$="your account"]', { visible: true })
  }

  /** Switches between the light and the dark look. */
  async switchTheme() { await this.click('button', 'Switch between light and dark') }
}
