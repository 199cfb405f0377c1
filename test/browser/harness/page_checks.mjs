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
