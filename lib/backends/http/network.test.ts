import { readFileSync } from 'node:fs'
import { lookup } from 'node:dns/promises'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { startStub, type StubServer } from '@/lib/testing/servers/openai'
import { createHttpClient, type HttpClientOptions } from './client'

vi.mock('node:dns/promises', { spy: true })

type Found = { address: string; family: number }[]

const fixture = (name: string) => path.join(import.meta.dirname, 'fixtures', name)
const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  vi.mocked(lookup).mockReset()
  vi.unstubAllEnvs()
})

function names(...answers: Found[]) {
  let turn = 0
  const answer = (): Found => answers[Math.min(turn++, answers.length - 1)] as Found
  vi.mocked(lookup).mockImplementation((async () => answer()) as never)
}

function client(baseUrl: string, change: Partial<HttpClientOptions> = {}) {
  const made = createHttpClient({ baseUrl, key: () => undefined, allowPlainHttp: false, ...change })
  closing.push(() => made.close())
  const send = (more: { timeoutMs?: number; maxBytes?: number } = {}) =>
    made.send({ method: 'POST', path: '/x', body: {}, timeoutMs: 2_000, maxBytes: 10_000, ...more })
  return { send }
}

async function stubServer(): Promise<StubServer> {
  const stub = await startStub(() => ({ body: { ok: true } }))
  closing.push(() => stub.close())
  return stub
}

/** A server that writes what it likes. */
async function rawServer(serve: (socket: net.Socket, connection: number) => void) {
  let connections = 0
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined)
    closing.push(() => socket.destroy())
    serve(socket, (connections += 1))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, connections: () => connections }
}

const parseShape = (json: unknown) =>
  z.object({ data: z.array(z.number()) }).safeParse(json).success

const LOOPBACK = { address: '127.0.0.1', family: 4 }
const METADATA = { address: '169.254.169.254', family: 4 }

describe('names', () => {
  it('are looked up once a request, and the tested address is the one connected to', async () => {
    const stub = await stubServer()
    names([LOOPBACK])
    await client(`http://model.test:${stub.port}`).send()
    expect(lookup).toHaveBeenCalledTimes(1)
    expect(stub.seen[0]?.headers.host).toBe(`model.test:${stub.port}`)
  })

  it('are tested again for every request, so that rebinding does not help', async () => {
    const stub = await stubServer()
    names([LOOPBACK], [METADATA])
    const { send } = client(`http://model.test:${stub.port}`)
    await send()
    await expect(send()).rejects.toMatchObject({ details: { kind: 'config', reason: 'address' } })
    expect(stub.seen).toHaveLength(1)
  })

  it('are refused when any of their addresses is', async () => {
    const stub = await stubServer()
    for (const other of ['169.254.169.254', '10.0.0.1', '::ffff:169.254.169.254', 'fe80::1']) {
      names([LOOPBACK, { address: other, family: net.isIP(other) }])
      await expect(client(`http://model.test:${stub.port}`).send()).rejects.toMatchObject({
        code: 'invalid_input',
      })
    }
    expect(stub.seen).toHaveLength(0)
  })

  it('fall back to their next address when nothing listens at the first', async () => {
    const stub = await stubServer()
    names([{ address: '::1', family: 6 }, LOOPBACK])
    expect((await client(`http://localhost:${stub.port}`).send()).json).toEqual({ ok: true })
  })

  it('that cannot be resolved are worth another try', async () => {
    vi.mocked(lookup).mockRejectedValue(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))
    await expect(client('http://model.test:8000').send()).rejects.toMatchObject({
      code: 'backend_unavailable',
      details: { kind: 'retry', reason: 'dns' },
    })
  })
})

it('ignores the proxies of the environment', async () => {
  const stub = await stubServer()
  for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY']) {
    vi.stubEnv(name, 'http://127.0.0.1:9')
  }
  vi.stubEnv('NO_PROXY', '')
  vi.stubEnv('NODE_USE_ENV_PROXY', '1')
  await client(stub.url).send()
  expect(stub.seen[0]?.path).toBe('/x')
})

it('sends no key over plain http beyond this machine, unless the user allowed it', async () => {
  const policy = { allowedHosts: ['10.0.0.0/8'], ownPort: null, exposed: false }
  const key = () => 'canary'
  // The address is refused before anything is connected.
  await expect(client('http://10.255.255.1:9', { policy, key }).send()).rejects.toMatchObject({
    details: { kind: 'config', reason: 'plain_key' },
  })
})

describe('kept connections', () => {
  const reply = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'

  it('are used again, and closed before the server closes them', async () => {
    const server = await rawServer((socket) => socket.on('data', () => socket.write(reply)))
    const kept = client(server.url)
    await kept.send()
    await kept.send()
    expect(server.connections()).toBe(1)
    const idle = client(server.url, { idleMs: 20 })
    await idle.send()
    await new Promise((resolve) => setTimeout(resolve, 80))
    await idle.send()
    expect(server.connections()).toBe(3)
  })

  it('that the server just closed are replaced once, at once', async () => {
    let requests = 0
    const server = await rawServer((socket, connection) => {
      let first = true
      socket.on('data', () => {
        requests += 1
        if (connection === 1 && !first) socket.resetAndDestroy()
        else socket.write(reply)
        first = false
      })
    })
    const { send } = client(server.url)
    await send()
    await send()
    expect([server.connections(), requests]).toEqual([2, 3])
  })

  it('that break anew are reported, not repeated again', async () => {
    let requests = 0
    const server = await rawServer((socket) => {
      socket.on('data', () => {
        requests += 1
        if (requests === 1) socket.write(reply)
        else socket.resetAndDestroy()
      })
    })
    const { send } = client(server.url)
    await send()
    await expect(send()).rejects.toMatchObject({ details: { kind: 'retry', reason: 'ECONNRESET' } })
    expect(requests).toBe(3)
  })
})

describe('TLS', () => {
  async function secureServer() {
    const options = {
      key: readFileSync(fixture('server.key.pem')),
      cert: readFileSync(fixture('server.pem')),
    }
    const server = https.createServer(options, (_request, response) => {
      response.setHeader('content-type', 'application/json').end('{"ok":true}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(() => (server.closeAllConnections(), server.close()))
    return (server.address() as AddressInfo).port
  }

  it('needs a trusted certificate; a private authority is a file', async () => {
    const url = `https://127.0.0.1:${await secureServer()}`
    await expect(client(url).send()).rejects.toMatchObject({
      code: 'backend_unavailable',
      details: { kind: 'config', reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    })
    const caFile = fixture('private-ca.pem')
    expect((await client(url, { caFile }).send()).json).toEqual({ ok: true })
  })

  it('checks the name, although the address is given', async () => {
    const port = await secureServer()
    const caFile = fixture('private-ca.pem')
    names([LOOPBACK])
    expect((await client(`https://model.test:${port}`, { caFile }).send()).json).toBeTruthy()
    await expect(client(`https://other.test:${port}`, { caFile }).send()).rejects.toMatchObject({
      details: { kind: 'config', reason: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    })
  })

  it('says when the server speaks plain http', async () => {
    const stub = await stubServer()
    await expect(client(`https://127.0.0.1:${stub.port}`).send()).rejects.toThrow('not speak https')
  })

  it('refuses files that hold no certificate, without showing them', () => {
    const refused = (caFile: string) => () => client('https://127.0.0.1:1', { caFile })
    expect(refused('/nowhere/ca.pem')).toThrow('cannot be read')
    expect(refused(fixture('server.key.pem'))).toThrow('not a PEM file of certificates')
  })
})

describe('a hostile server', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'
  const whenAsked = (write: (socket: net.Socket) => void) =>
    rawServer((socket) => void socket.once('data', () => write(socket)))

  it('cannot send endless bodies', async () => {
    const server = await whenAsked((socket) => {
      socket.write(`${head}transfer-encoding: chunked\r\n\r\n`)
      const more = () => {
        while (!socket.destroyed && socket.write(`1000\r\n${' '.repeat(4096)}\r\n`));
      }
      socket.on('drain', more)
      more()
    })
    await expect(client(server.url).send({ maxBytes: 100_000 })).rejects.toMatchObject({
      details: { kind: 'data_error', reason: 'reply_too_large' },
    })
  })

  it('cannot hold a request by sending a byte now and then', async () => {
    const server = await whenAsked((socket) => {
      socket.write(`${head}content-length: 1000\r\n\r\n`)
      const timer = setInterval(() => socket.write(' '), 10)
      closing.push(() => clearInterval(timer))
    })
    const start = performance.now()
    await expect(client(server.url).send({ timeoutMs: 60 })).rejects.toMatchObject({
      details: { kind: 'retry', reason: 'ETIMEDOUT' },
    })
    expect(performance.now() - start).toBeLessThan(1_000)
  })

  it('cannot send endless headers, or what is not HTTP', async () => {
    for (const text of [
      `${head}x: ${'y'.repeat(40_000)}\r\n\r\n{}`,
      'SSH-2.0-OpenSSH_9.2\r\n\r\n',
    ]) {
      const server = await whenAsked((socket) => void socket.write(text))
      await expect(client(server.url).send()).rejects.toMatchObject({
        details: { kind: 'data_error', reason: expect.stringMatching(/^HPE_/) },
      })
    }
  })

  it('gains nothing by deep JSON or by names of the prototype', async () => {
    const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`
    const answers = [
      `${head}content-length: ${deep.length}\r\n\r\n${deep}`,
      `${head.replace('200 OK', '400 Bad Request')}connection: close\r\n\r\n{"detail":${deep}`,
      `${head.replace('200 OK', '400 Bad Request')}connection: close\r\n\r\n{"__proto__":{"error":"x","polluted":1},"message":"m"}`,
    ]
    for (const [turn, text] of answers.entries()) {
      const server = await whenAsked((socket) => void socket.end(text))
      const outcome = await client(server.url)
        .send({ maxBytes: 1_000_000 })
        .catch((error: Error) => error)
      // A parsed reply of any depth is refused by its shape, without walking down.
      const parsed = outcome instanceof Error ? null : parseShape(outcome.json)
      expect([turn, outcome instanceof Error || parsed === false]).toEqual([turn, true])
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('cannot pass off half a reply as a whole one', async () => {
    const server = await whenAsked(
      (socket) => void socket.end(`${head}content-length: 9\r\n\r\n{}`),
    )
    await expect(client(server.url).send()).rejects.toMatchObject({
      details: { kind: 'retry', reason: 'ECONNRESET' },
    })
  })
})
