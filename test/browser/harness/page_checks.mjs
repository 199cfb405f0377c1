// What must hold on every page.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Runs axe with the rules of WCAG 2.2 AA and the best practices. */
export async function assertAccessible(visitor, what) {
  await visitor.page.evaluate(axe)
  const found = await visitor.page.evaluate(async () => {
    const { violations } = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    })
    return violations.map((v) => `${v.id}: ${v.help}\n` + v.nodes.slice(0, 3)
      .map((n) => `    ${n.target.join(' ')}: ${n.failureSummary.replace(/\s+/g, ' ')}`).join('\n'))
  })
  assert.equal(found.join('\n'), '', `axe on ${what}`)
}

/** The page is not wider than the window. */
export async function assertNoSideways(visitor, what) {
  const wide = await visitor.page.evaluate(() => {
    const width = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth <= width) return ''
    const out = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > width + 1)
    return `${document.documentElement.scrollWidth} > ${width}: ` +
      out.slice(-5).map((e) => `${e.localName}.${e.className}`).join(', ')
  })
  assert.equal(wide, '', `${what} scrolls sideways`)
}

/** One h1, a main landmark, a title and a language: what assistive software starts from. */
export async function assertStructure(visitor, what) {
  const found = await visitor.page.evaluate(() => ({
    h1: document.querySelectorAll('h1').length,
    main: document.querySelectorAll('main').length,
    title: document.title.trim() !== '',
    lang: document.documentElement.lang !== '',
  }))
  assert.deepEqual(found, { h1: 1, main: 1, title: true, lang: true }, what)
}

/** What has been drawn does not move afterwards: the engine tells, else the script of watch.mjs. */
export async function assertStill(visitor, what) {
  const shift = await visitor.page.evaluate(async () => {
    if (PerformanceObserver.supportedEntryTypes.includes('layout-shift')) {
      let sum = 0
      new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value }).observe({ type: 'layout-shift', buffered: true })
      await new Promise((done) => setTimeout(done, 100))
      return sum
    }
    while (!window.watchedDone) await new Promise((done) => setTimeout(done, 20))
    return window.watchedShift
  })
  assert.ok(shift <= 0.02, `${what} shifts by ${shift}`)
}

/** Walks a page by the Tab key: every stop shows that it has the focus, and the walk has stops and an end. */
export async function assertWalkable(visitor, what) {
  await visitor.page.bringToFront()
  const stops = new Set()
  for (let i = 0; i < 150; i++) {
    await visitor.press('Tab')
    const { at, hidden } = await visitor.page.evaluate(() => {
      const e = document.activeElement
      if (!e || e === document.body || e === document.documentElement) return { at: '' }
      window.walked ??= []
      if (!window.walked.includes(e)) window.walked.push(e)
      // A search field shows it on the box around it.
      const boxes = [e, e.parentElement, e.parentElement.parentElement].map((box) => getComputedStyle(box))
      const name = `${e.localName}.${e.className} “${e.textContent.trim().slice(0, 40)}”`
      return {
        at: `${window.walked.indexOf(e)} ${name}`,
        hidden: boxes.some((s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) ? '' : name,
      }
    })
    if (at === '' || stops.has(at)) break // past the last one, or round
    assert.equal(hidden, '', `has the focus on ${what} and does not show it`)
    stops.add(at)
  }
  assert.match([...stops][0] ?? '', /Skip to content/, `the first stop on ${what}`)
  assert.ok(stops.size >= 5, `the Tab key reaches ${stops.size} things on ${what}: ${[...stops].join(' | ')}`)
  assert.ok(stops.size < 150, `the walk over ${what} has no end`)
}
