import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { confinement } from './checker-process'

const CHILD = path.resolve('lib/services/sandbox/child')
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-lock-'))
afterAll(() => fs.rmSync(folder, { recursive: true }))

/** What JavaScript inside the sandbox tries that has got hold of everything beforehand; each returns where it succeeded. */
const ATTEMPTS: Record<string, string> = {
  file: `held.fs.readFileSync('/etc/passwd')`,
  'file, with a promise': `held.fs.promises.readFile('/etc/passwd')`,
  'new file': `held.fs.writeFileSync('${folder}/new', 'x')`,
  connection: `held.net.connect(9, '127.0.0.1')`,
  'connection of a socket made before': `held.socket.connect(9, '127.0.0.1')`,
  server: `held.net.createServer().listen(0)`,
  'server made before': `held.server.listen(0)`,
  tls: `held.tls.connect(9, '127.0.0.1')`,
  http: `held.http.get('http://127.0.0.1:9')`,
  https: `held.https.request('https://127.0.0.1:9')`,
  http2: `held.http2.connect('http://127.0.0.1:9')`,
  datagram: `held.dgram.createSocket('udp4')`,
  'datagram of a socket made before': `held.datagram.send('x', 9, '127.0.0.1')`,
  'name server': `held.dns.lookup('localhost', () => {})`,
  'resolver made before': `held.resolver.resolve('localhost', () => {})`,
  fetch: `fetch('http://127.0.0.1:9')`,
  WebSocket: `new WebSocket('ws://127.0.0.1:9')`,
  program: `held.child_process.spawnSync('true')`,
  worker: `new held.worker_threads.Worker('1', { eval: true })`,
  inspector: `held.inspector.open(0)`,
  signal: `held.process.kill(held.process.ppid, 0)`,
  'the parent, by its number': `held.process._kill(held.process.ppid, 0)`,
  environment: `process.env.PATH`,
  'library of C': `held.process.dlopen({}, '/lib/x.so')`,
  'inside of Node': `held.process.binding('tcp_wrap')`,
  'built-in module': `held.process.getBuiltinModule('net').connect(9)`,
  require: `held.require('net').connect(9, '127.0.0.1')`,
  eval: `(0, eval)('1')`,
  Function: `(() => {}).constructor('return 1')()`,
  'generator from a text': `(async () => {}).constructor('return 1')()`,
  'other realm': `held.vm.runInNewContext('1')`,
  WebAssembly: `new WebAssembly.Memory({ initial: 1 })`,
  timer: `setTimeout(() => {}, 0)`,
}

function attemptsIn(isLocked: boolean): Record<string, string> {
  const file = path.join(folder, `attempts-${isLocked}.mjs`)
  const tries = Object.entries(ATTEMPTS).map(
    ([name, code]) =>
      `try { const got = ${code}; out[${JSON.stringify(name)}] = got?.then || got?.catch ? 'done later' : 'done' } catch { out[${JSON.stringify(name)}] = 'closed' }`,
  )
  fs.writeFileSync(
    file,
    `import { createRequire } from 'node:module'
import { lock } from ${JSON.stringify(pathToFileURL(path.join(CHILD, 'lock.mjs')).href)}
const require = createRequire(import.meta.url)
const held = { require, process }
for (const name of ['fs', 'net', 'tls', 'http', 'https', 'http2', 'dgram', 'dns', 'child_process', 'worker_threads', 'inspector', 'vm']) held[name] = require('node:' + name)
held.socket = new held.net.Socket()
held.server = held.net.createServer()
held.resolver = new held.dns.Resolver()
${isLocked ? `held.datagram = held.dgram.createSocket('udp4')` : `held.datagram = { send() { throw new Error() } }`}
for (const one of [held.socket, held.server]) one.on('error', () => {})
const before = { writeSync: held.fs.writeSync, end: process.reallyExit.bind(process) }
const { writeSync, end } = ${isLocked} ? lock() : before
const out = {}
${tries.join('\n')}
writeSync(1, new TextEncoder().encode(JSON.stringify(out)))
end(0)
`,
  )
  const run = spawnSync(process.execPath, [...confinement([folder, CHILD]), file], {
    env: {} as NodeJS.ProcessEnv,
    encoding: 'utf8',
    timeout: 60_000,
  })
  expect(run.stderr).toBe('')
  return JSON.parse(run.stdout) as Record<string, string>
}

describe('the process of the sandbox, should JavaScript be reached', () => {
  it('has nothing left that reaches the machine', () => {
    const names = Object.keys(ATTEMPTS)
    expect(attemptsIn(true)).toEqual(Object.fromEntries(names.map((name) => [name, 'closed'])))
    expect(fs.existsSync(path.join(folder, 'new'))).toBe(false)
  })

  it('would have sockets and signals without it, under the permission model alone', () => {
    expect(attemptsIn(false)).toMatchObject({
      file: 'closed',
      program: 'closed',
      worker: 'closed',
      eval: 'closed',
      connection: 'done',
      server: 'done',
      fetch: 'done later',
      signal: 'done',
    })
  })
})
