// Debian's browsers, driven over WebDriver BiDi (Firefox) and CDP (Chromium).
import { existsSync } from 'node:fs'
import puppeteer from 'puppeteer-core'

const places = {
  chromium: ['/usr/bin/chromium', '/usr/bin/chromium-browser'],
  firefox: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
}

/** How long a browser may take to answer, in milliseconds; axe on a large page is the slowest. */
const protocolTimeout = 60_000

/** The browsers to run, from BROWSERS; both when it is not set. */
export const browsers = (process.env.BROWSERS || 'chromium,firefox').split(/[ ,]+/).filter(Boolean)

/**
 * Starts a browser that asks for no motion, so that colours are measured when they
 * have settled. With script: false the pages of Firefox run no script.
 */
export async function startBrowser(name, { script = true } = {}) {
  const executablePath = places[name]?.find(existsSync)
  if (!executablePath) throw new Error(`${name} is not installed; run test/install/install.sh ${name}`)
  if (name === 'firefox') {
    return puppeteer.launch({
      browser: 'firefox', executablePath, headless: true, protocolTimeout,
      extraPrefsFirefox: { 'javascript.enabled': script, 'ui.prefersReducedMotion': 1 },
    })
  }
  return puppeteer.launch({
    browser: 'chrome', executablePath, headless: true, protocolTimeout,
    args: ['--disable-dev-shm-usage', '--force-prefers-reduced-motion', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })
}
