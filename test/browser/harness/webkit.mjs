// WebKitGTK's MiniBrowser, driven over WebDriver on a display of its own. It
// has the part of a Visitor that a walk over pages needs. What its driver does
// not tell, it learns from the proxy of watch.mjs, which the portal is seen through.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Builder, By, Capabilities, Key, until } from 'selenium-webdriver'
import { freePort } from './portico.mjs'

const places = ['x86_64', 'aarch64'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/webkit2gtk-4.1/MiniBrowser`)
const leastWindow = 400 // pixels
const patience = 10_000 // milliseconds until something expected is missing

/** Starts a display and the driver; a session begins when somebody arrives. */
export async function startWebKit() {
  const binary = places.find(existsSync)
  if (!binary) throw new Error('webkit is not installed; run test/install/install.sh webkit')
  const home = await mkdtemp(join(tmpdir(), 'portico-webkit-'))
  const display = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const number = await new Promise((done, fail) => {
    display.stdout.once('data', (text) => done(String(text).trim()))
    display.once('exit', () => fail(new Error('Xvfb has no display to give')))
    display.once('error', fail)
  })
  const port = await freePort()
  const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    env: {
      ...process.env, HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home, DISPLAY: `:${number}`, GDK_BACKEND: 'x11',
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1', GTK_A11Y: 'none', NO_AT_BRIDGE: '1',
    },
  })
  const server = `http://127.0.0.1:${port}`
  for (const deadline = Date.now() + patience; ; await sleep(50)) {
    if (await fetch(`${server}/status`).then((answer) => answer.ok, () => false)) break
    if (Date.now() > deadline) throw new Error('WebKitWebDriver does not answer')
  }
  let session // the driver knows one at a time
  return {
    async arrive(watch, size = {}) {
      await session?.quit().catch(() => {})
      session = await new Builder().usingServer(server).withCapabilities(new Capabilities({
        browserName: 'MiniBrowser', 'webkitgtk:browserOptions': { binary, args: ['--automation'] },
      })).build()
      await session.manage().setTimeouts({ script: 60_000, pageLoad: 30_000 })
      const visitor = new WebKitVisitor(session, watch)
      await visitor.page.setViewport({ width: 1280, height: 900, ...size })
      return visitor
    },
    async close() {
      await session?.quit().catch(() => {})
      driver.kill()
      display.kill()
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

class WebKitVisitor {
  constructor(driver, watch) {
    this.driver = driver
    this.watch = watch
    watch.errors.length = 0
    this.framed = null // the size of the frame that pages are shown in, when no window is so narrow
    this.page = {
      /** Runs a function, or a script, in the page and returns what it resolves to. */
      evaluate: async (what, ...args) => {
        if (typeof what === 'string') return driver.executeScript(what)
        const { value, error } = await driver.executeAsyncScript(
          `const done = arguments[arguments.length - 1]; Promise.resolve((${what})(...[...arguments].slice(0, -1))).then((value) => done({ value }), (error) => done({ error: String(error) }))`, ...args)
        if (error) throw new Error(error)
        return value
      },
      /** Sizes the window so that the page has the width, or shows pages in a frame: a window has a least width. */
      setViewport: async ({ width, height }) => {
        this.framed = width < leastWindow ? { width, height } : null
        if (this.framed) return
        await driver.manage().window().setRect({ width, height, x: 0, y: 0 })
        const inner = await driver.executeScript('return window.innerWidth')
        if (inner !== width) await driver.manage().window().setRect({ width: width + width - inner, height, x: 0, y: 0 }).catch(() => {})
      },
      content: () => driver.getPageSource(),
      bringToFront: async () => {},
    }
  }

  /** Leaves, and fails when a page reported an error that is not expected. */
  async leave({ expect = [] } = {}) {
    await this.driver.quit()
    const unexpected = this.watch.errors.filter((text) => !expect.some((pattern) => pattern.test(text)))
    assert.deepEqual(unexpected, [], 'pages report errors')
  }

  /** Goes to a path of the portal and returns the answer's status. */
  async goto(path) {
    if (this.framed) {
      await this.driver.get(`${this.watch.origin}/-frame?${new URLSearchParams({ to: path, ...this.framed })}`)
      await this.driver.switchTo().frame(0)
    } else {
      await this.driver.get(this.watch.origin + path)
    }
    return this.page.evaluate(async () => (await fetch(location.href, { method: 'HEAD' })).status)
  }

  /** Presses Tab, the key of a walk. */
  async press(key) {
    assert.equal(key, 'Tab')
    await this.driver.actions().sendKeys(Key.TAB).perform()
  }

  async signIn({ email, password }) {
    await this.goto('/signin')
    await this.driver.findElement(By.css('input[name=email]')).sendKeys(email)
    await this.driver.findElement(By.css('main input[name=password]')).sendKeys(password, Key.ENTER)
    await this.driver.wait(until.elementLocated(By.css('summary[aria-label$="your account"]')), patience)
  }

  /** Switches between the light and the dark look, and waits until colours have settled: motion cannot be asked away here. */
  async switchTheme() {
    await this.driver.findElement(By.css('button[aria-label="Switch between light and dark"]')).click()
    await this.page.evaluate(async () => {
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      await Promise.allSettled(document.getAnimations().map((motion) => motion.finished))
    })
  }
}
