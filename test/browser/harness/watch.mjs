// A proxy in front of the portal for engines that do not tell everything: each
// page begins with a script that reports errors and measures how much what was
// drawn moves; and a page can be shown in a frame narrower than any window.
import { createServer, request } from 'node:http'

/** Starts the proxy; `errors` are what pages have reported since it was last emptied. */
export async function startWatch(portal) {
  const upstream = new URL(portal)
  const errors = []
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url, portal)
    switch (url.pathname) {
      case '/-watch.js':
        outgoing.setHeader('content-type', 'text/javascript')
        return outgoing.end(`(${watch})()`)
      case '/-watched':
        incoming.setEncoding('utf8').on('data', (text) => errors.push(text)).on('end', () => outgoing.writeHead(204).end())
        return
      case '/-broken':
        outgoing.setHeader('content-type', 'text/html')
        return outgoing.end(broken)
      case '/-frame':
        outgoing.setHeader('content-type', 'text/html')
        return outgoing.end(frame(url.searchParams))
    }
    forward(upstream, incoming, outgoing)
  })
  await new Promise((done, fail) => server.listen(0, '127.0.0.1', done).on('error', fail))
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    errors,
    close: () => { server.closeAllConnections(); return new Promise((done) => server.close(done)) },
  }
}

/** Passes a request on, and its answer back: pages with the script, and with frames allowed. */
function forward({ hostname, port }, incoming, outgoing) {
  const headers = { ...incoming.headers, 'accept-encoding': 'identity' }
  const asked = request({ hostname, port, path: incoming.url, method: incoming.method, headers }, (answer) => {
    const kept = { ...answer.headers }
    const policy = kept['content-security-policy']
    if (policy) kept['content-security-policy'] = policy.replace(/frame-ancestors [^;]*/, "frame-ancestors 'self'")
    if (!/^text\/html/.test(kept['content-type'] ?? '') || incoming.method === 'HEAD') {
      outgoing.writeHead(answer.statusCode, kept)
      return answer.pipe(outgoing)
    }
    const parts = []
    answer.on('data', (part) => parts.push(part)).on('end', () => {
      const text = Buffer.concat(parts).toString().replace('<head>', '<head><script src="/-watch.js"></script>')
      outgoing.writeHead(answer.statusCode, { ...kept, 'content-length': Buffer.byteLength(text) }).end(text)
    })
  })
  asked.on('error', (error) => outgoing.writeHead(502).end(String(error)))
  incoming.pipe(asked)
}

function frame(query) {
  const to = new URL(query.get('to'), 'http://portal').pathname + new URL(query.get('to'), 'http://portal').search
  return `<!doctype html><title>frame</title><body style="margin:0"><iframe src="${to.replaceAll('"', '%22')}" style="border:0;width:${Number(query.get('width'))}px;height:${Number(query.get('height'))}px"></iframe>`
}

/** A page on which everything goes wrong that is watched for. */
const broken = `<!doctype html><title>broken</title><script src="/-watch.js"></script><body><p style="font-size:60px">This text moves.
  <script>
    console.error('logged'); setTimeout(() => { throw new Error('thrown') })
    const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => document.body.insertAdjacentHTML('afterbegin', '<div style="height:300px">')))
    addEventListener('load', drawn)
  </script><img src="/-no-such-picture">`

/** Runs in the page, before anything else. */
function watch() {
  const tell = (text) => navigator.sendBeacon('/-watched', `${location.pathname}: ${text}`)
  const logged = console.error
  console.error = (...all) => { tell(all.map(String).join(' ')); logged.apply(console, all) }
  addEventListener('error', (e) => tell(e.message ?? `${e.target.localName} ${e.target.src ?? e.target.href} did not load`), true)
  addEventListener('unhandledrejection', (e) => tell(`unhandled: ${e.reason}`))
  addEventListener('securitypolicyviolation', (e) => tell(`policy: ${e.violatedDirective} ${e.blockedURI}`))

  // The layout shift as Chromium counts it (wicg.github.io/layout-instability),
  // frame by frame, of what the window shows: the part of the window that moved
  // things covered, times how far they moved. The region is their bounding box,
  // so that it is rather more than less.
  window.watchedShift = 0
  const seen = new Map()
  const look = () => {
    const width = innerWidth, height = innerHeight
    let box = null, far = 0
    for (const e of document.body?.querySelectorAll('*') ?? []) {
      if (e.closest('svg, iframe, [popover]')) continue
      const now = e.getBoundingClientRect()
      const at = { x: now.left + scrollX, y: now.top + scrollY, right: now.right + scrollX, bottom: now.bottom + scrollY }
      const was = seen.get(e)
      if (now.width === 0 || now.height === 0 || now.top > height || now.bottom < 0 || now.left > width) { seen.delete(e); continue }
      seen.set(e, at)
      if (!was) continue
      const moved = Math.max(Math.abs(at.x - was.x), Math.abs(at.y - was.y))
      if (moved < 3) continue
      far = Math.max(far, moved)
      for (const r of [at, was]) {
        box ??= { ...r }
        box = { x: Math.min(box.x, r.x), y: Math.min(box.y, r.y), right: Math.max(box.right, r.right), bottom: Math.max(box.bottom, r.bottom) }
      }
    }
    if (box) {
      const area = Math.max(0, Math.min(box.right, width) - Math.max(box.x, 0)) * Math.max(0, Math.min(box.bottom, height) - Math.max(box.y, 0))
      window.watchedShift += area / (width * height) * Math.min(1, far / Math.max(width, height))
    }
    if (loaded && ++frames >= 10 && performance.now() > loaded + 300) window.watchedDone = true
    else requestAnimationFrame(look)
  }
  let loaded = 0, frames = 0 // the watch ends some time and some frames after loading: a busy machine draws few
  addEventListener('load', () => { loaded = performance.now() })
  requestAnimationFrame(look)
}
