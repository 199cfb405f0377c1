// A running Portico with demo content, on free ports and in a folder of its own.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export const binary = new URL('../../../bin/portico', import.meta.url).pathname

/** People of the demo (demo/load.go): one without a subscription at the start, one with. */
export const developer = { email: 'dev@meridian.example', password: 'portico-demo-1' }
export const subscriber = { email: 'rosa@shop.example', password: 'portico-demo-2' }

/** Asks the system for a free port. */
export async function freePort() {
  const server = createServer()
  await new Promise((done, fail) => server.listen(0, '127.0.0.1', done).on('error', fail))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

/** Starts `portico demo`; resolves when all its surfaces are ready. */
export async function startPortico() {
  const folder = await mkdtemp(join(tmpdir(), 'portico-browser-'))
  const [portal, gateway, management] = await Promise.all([freePort(), freePort(), freePort()])
  const child = spawn(binary, [
    'demo', '--data', join(folder, 'data'),
    '--portal-addr', `127.0.0.1:${portal}`,
    '--gateway-addr', `127.0.0.1:${gateway}`,
    '--management-addr', `127.0.0.1:${management}`,
  ], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (text) => { output += text })
  child.stderr.on('data', (text) => { output += text })
  const exited = new Promise((done) => child.once('exit', (code, signal) => done(code ?? signal)))
  const portico = {
    folder,
    data: join(folder, 'data'),
    portal: `http://127.0.0.1:${portal}`,
    gateway: `http://127.0.0.1:${gateway}`,
    management: `http://127.0.0.1:${management}`,
    /** Everything the process has printed. */
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      const code = await Promise.race([exited, sleep(20_000, 'no end within 20 s')])
      if (code !== 0) child.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
      if (code !== 0) throw new Error(`portico demo ended with ${code}:\n${output}`)
    },
  }
  let ended = false
  exited.then(() => { ended = true })
  for (const deadline = Date.now() + 30_000; ; await sleep(50)) {
    if (ended || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`portico demo is not ready:\n${output}`)
    }
    const answer = await fetch(`${portico.portal}/readyz`).catch(() => null)
    if (answer?.status === 200) return portico
  }
}
