// The site as files on another host: pages are read there, and scripts ask the portal.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { binary } from '../harness/portico.mjs'
import { Visitor } from '../harness/visitor.mjs'

const portico = (...args) => promisify(execFile)(binary, args)
const types = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json' }

/** A host that knows nothing but files. */
async function startHost(folder) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://host')
    const path = join(folder, decodeURIComponent(pathname))
    for (const name of [path, join(path, 'index.html')]) {
      const content = await readFile(name).catch(() => null)
      if (content) return response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream' }).end(content)
    }
    response.writeHead(404, { 'content-type': 'text/html' }).end(await readFile(join(folder, '404.html')))
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close() } }
}

export function exported(world) {
  test('an exported site works on a host for files', async (t) => {
    const { portico: running } = world
    const folder = join(running.folder, 'site')
    const { stdout } = await portico('export-site', folder, '--data', running.data)
    assert.match(stdout, /pages and/)
    const host = await startHost(folder)
    t.after(() => host.close())
    const { stdout: token } = await portico('token', '--data', running.data)
    const settings = await fetch(`${running.management}/portalconfigs/default?api-version=2024-05-01`, {
      method: 'PATCH', headers: { authorization: token.trim(), 'content-type': 'application/json', 'if-match': '*' },
      body: JSON.stringify({ properties: { cors: { allowedOrigins: [host.origin] } } }),
    })
    assert.ok(settings.ok, `the origin is allowed: ${settings.status}`)

    const visitor = await Visitor.arrive(world.browser, host.origin)
    await visitor.goto('/')
    await visitor.goto('/apis/parcel/')
    await visitor.reads(/Parcel/, 'h1')
    await visitor.goto('/apis/parcel/bookshipment/')
    await visitor.reads(/curl|http/i, 'portico-sample')
    await visitor.fill('Search', 'shipment', 'combobox')
    await visitor.reads(/shipment/i, 'portico-search .hits') // the portal answers
    await visitor.follow('link', 'Products')
    assert.match(visitor.path, /^\/products/)
    await visitor.leave()
  })
}
