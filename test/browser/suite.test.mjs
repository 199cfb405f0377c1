// One Portico, every journey, in each browser of BROWSERS.
import { after, before, describe } from 'node:test'
import { browsers, startBrowser } from './harness/browser.mjs'
import { startPortico } from './harness/portico.mjs'
import { startWatch } from './harness/watch.mjs'
import { startWebKit } from './harness/webkit.mjs'
import { Visitor } from './harness/visitor.mjs'
import { exported } from './journeys/exported.mjs'
import { firstCall } from './journeys/first_call.mjs'
import { keyboard } from './journeys/keyboard.mjs'
import { noScript } from './journeys/no_script.mjs'
import { ownThings } from './journeys/own_things.mjs'
import { consolePage, pages } from './journeys/pages.mjs'

for (const name of browsers) {
  describe(name, { timeout: 900_000 }, () => {
    /** What a journey needs: the browser, its name and the running Portico. */
    const world = { name }
    let second // a browser whose pages run no script
    before(async () => {
      [world.portico, world.browser] = await Promise.all([startPortico(), name === 'webkit' ? startWebKit() : startBrowser(name)])
      world.watch = await startWatch(world.portico.portal)
      world.arrive = (size) => Visitor.arrive(world.browser, world.portico.portal, size)
      // Only Chromium tells how much a page shifts, and WebKit tells no errors.
      world.arriveWatched = (size) => ({
        chromium: () => world.arrive(size),
        firefox: () => Visitor.arrive(world.browser, world.watch.origin, size),
        webkit: () => world.browser.arrive(world.watch, size),
      })[name]()
      world.withoutScript = async () => {
        if (name === 'chromium') {
          const visitor = await Visitor.arrive(world.browser, world.portico.portal)
          await visitor.page.setJavaScriptEnabled(false)
          return visitor
        }
        second ??= await startBrowser(name, { script: false })
        return Visitor.arrive(second, world.portico.portal)
      }
    })
    after(async () => {
      await Promise.allSettled([world.browser?.close(), second?.close(), world.watch?.close()])
      await world.portico?.stop()
    })
    describe('pages', () => pages(world))
    if (name === 'webkit') return // its driver has hands for the walk over the pages only
    describe('first call', () => firstCall(world))
    describe('own things', () => ownThings(world))
    describe('console', () => consolePage(world))
    describe('keyboard', () => keyboard(world))
    describe('without script', () => noScript(world))
    describe('exported', () => exported(world))
  })
}
