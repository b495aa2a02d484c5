import http from 'node:http'
import net from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { guardServer, refusal, takesFile, REMOTE_HEADER } from './front.mjs'
import { takeTurns } from './take-turns.mjs'

let server: http.Server | undefined

afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)))
  server = undefined
})

/** Starts a guarded server that tells what got through; returns its port. */
async function start(dev = false): Promise<number> {
  server = guardServer(
    http.createServer(),
    (request: http.IncomingMessage, response: http.ServerResponse) => {
      response.end(`${request.method} ${request.url} ${request.headers[REMOTE_HEADER]}`)
    },
    { dev },
  ) as http.Server
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return (server.address() as net.AddressInfo).port
}

/** Sends bytes as they are and returns what comes back until the other side closes, or for a while. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (part) => (answer += part.toString()))
    const timer = setTimeout(() => socket.destroy(), 1_000)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(answer)
    })
  })
}

const head = (line: string, ...headers: string[]) =>
  `${[`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`

describe('the guards before Next', () => {
  it('refuse by method, body and address', () => {
    const status = (method: string, url: string, headers: Record<string, string> = {}) =>
      refusal({ method, url, headers } as never)?.status ?? null
    expect(status('GET', '/studies')).toBeNull()
    expect(status('HEAD', '/')).toBeNull()
    expect(status('POST', '/studies')).toBe(405)
    expect(status('PUT', '/apis')).toBe(405)
    expect(status('GET', '/', { 'content-length': '1' })).toBe(413)
    expect(status('GET', '/', { 'transfer-encoding': 'chunked' })).toBe(413)
    expect(status('GET', '/', { 'content-length': '0' })).toBeNull()
    expect(status('POST', '/api/uploads?name=a%20b', { 'content-length': '9' })).toBeNull()
    for (const url of ['/%', '/%zz', '/%c3%28', '/a%00', '/?q=%', 'http://evil.example/', '*'])
      expect([url, status('GET', url)]).toEqual([url, 400])
    expect(status('POST', '/api/%zz')).toBe(400)
  })

  it('give time to files and their pieces only', () => {
    const piece = '/api/uploads/parts/0b6c8c1e-1f0f-4c53-8a53-0f3f5f6d7e8a'
    for (const url of ['/api/uploads?name=a', '/api/uploads', `${piece}?offset=8`])
      expect([url, takesFile(url)]).toEqual([url, true])
    for (const url of ['/api/uploads/parts', `${piece}/x`, '/api/studies', '/api/uploadsx'])
      expect([url, takesFile(url)]).toEqual([url, false])
  })

  it('say who asks, whatever the client claims, and answer the API in JSON', async () => {
    const port = await start()
    const spoofed = await exchange(port, head('GET /api/health', `${REMOTE_HEADER}: 10.9.9.9`))
    expect(spoofed).toContain('GET /api/health 127.0.0.1')
    expect(spoofed).not.toContain('10.9.9.9')
    const malformed = await exchange(port, head('GET /api/%zz'))
    expect(malformed).toMatch(/^HTTP\/1.1 400 [^]*"code":"invalid_input"/)
  })

  it('close upgrades, but not those of the development server', async () => {
    const upgrade = head('GET /', 'Upgrade: websocket').replace('close', 'Upgrade')
    expect(await exchange(await start(), upgrade)).toMatch(/^HTTP\/1.1 400 /)
    server?.close()
    const port = await start(true)
    server?.on('upgrade', (_request, socket) => socket.end('hot reload'))
    expect(await exchange(port, upgrade)).toBe('hot reload')
  })
})

describe('turns', () => {
  it('go round the keys, in order within each, and end with the work', async () => {
    const inTurn = takeTurns()
    const done: string[] = []
    const all = [...Array.from({ length: 50 }, (_, n) => ['search', n]), ['light', 0], ['light', 1]]
    await Promise.all(
      all.map(
        ([key, n]) =>
          new Promise<void>((resolve) =>
            inTurn(String(key), () => {
              done.push(`${key} ${n}`)
              resolve()
            }),
          ),
      ),
    )
    expect(done.slice(0, 5)).toEqual(['search 0', 'light 0', 'search 1', 'light 1', 'search 2'])
    expect(done).toHaveLength(52)
    expect(done.at(-1)).toBe('search 49')
    await new Promise<void>((resolve) => inTurn('later', resolve))
  })
})
