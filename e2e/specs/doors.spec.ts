import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import { test as base } from '@playwright/test'
import { computeAll, sampleStudy } from '../api'
import { expect, test } from '../fixtures'
import { startServer, type Server } from '../server'

const TOKEN = 'token-of-the-browser-tests'
const BEARER = { authorization: `Bearer ${TOKEN}` }
const MEGABYTE = 2 ** 20
// Buffers of sockets and garbage that waits to be collected; a body that is kept would be many times this.
const NOISE_MB = 120

const external = Object.values(os.networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address

/** A server that other machines could reach. */
const open = base.extend<object, { beyond: Server }>({
  beyond: [
    async ({}, provide) => {
      const server = await startServer({
        host: '0.0.0.0',
        address: external ?? '127.0.0.1',
        token: TOKEN,
      })
      await provide(server)
      await server.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})

/** Megabytes that a process holds in memory; null where this cannot be read. */
function residentMb(pid: number): number | null {
  const file = `/proc/${pid}/status`
  if (!fs.existsSync(file)) return null
  return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(file, 'utf8'))?.[1] ?? 0) / 1024
}

interface Sent {
  status: number
  text: string
  sentMb: number
  /** Most memory that the server held more than before. */
  grownMb: number | null
}

/** Sends `megabytes` of a body, whether the other side wants them or not, and watches the server's memory. */
function sendBody(
  server: Server,
  path: string,
  megabytes: number,
  options: { headers?: Record<string, string>; isChunked?: boolean; chunk?: Buffer } = {},
): Promise<Sent> {
  const chunk = options.chunk ?? Buffer.alloc(MEGABYTE, 'x')
  const before = residentMb(server.pid)
  let most = before
  const watch = setInterval(() => {
    const now = residentMb(server.pid)
    if (now !== null && most !== null) most = Math.max(most, now)
  }, 20)
  return new Promise<Sent>((resolve, reject) => {
    const { hostname, port } = new URL(server.url)
    const length = options.isChunked ? {} : { 'content-length': String(megabytes * chunk.length) }
    const headers = { 'content-type': 'application/octet-stream', ...length, ...options.headers }
    const request = http.request({ host: hostname, port, path, method: 'POST', headers })
    let sentMb = 0
    let answer: { status: number; text: string } | null = null
    const finish = () => {
      clearInterval(watch)
      if (!answer) return reject(new Error('the server closed the connection without an answer'))
      resolve({
        ...answer,
        sentMb,
        grownMb: most === null || before === null ? null : most - before,
      })
    }
    const send = () => {
      while (sentMb < megabytes && !request.destroyed) {
        sentMb += 1
        if (!request.write(chunk)) return void request.once('drain', send)
      }
      request.end()
    }
    request.on('response', (response) => {
      let text = ''
      response.on('data', (part: Buffer) => (text += part.toString()))
      response.on('end', () => (answer = { status: response.statusCode ?? 0, text }))
    })
    request.on('error', () => undefined)
    request.on('close', finish)
    send()
  })
}

function expectFlat(sent: Sent): void {
  if (sent.grownMb !== null) expect(sent.grownMb).toBeLessThan(NOISE_MB)
}

open.describe('beyond loopback', () => {
  open(
    'a browser logs in, with the form and by the address, and logs out',
    async ({ browser, beyond }) => {
      open.skip(!external, 'this machine has no address but loopback')
      const context = await browser.newContext()
      const page = await context.newPage()
      const problems: string[] = []
      page.on('console', (message) => {
        if (/content security policy/i.test(message.text())) problems.push(message.text())
      })
      await page.goto(`${beyond.url}/jobs?state=done`)
      await expect(page.getByLabel('Access token')).toBeFocused()
      await page.getByLabel('Access token').fill('not-the-right-token')
      await page.getByRole('button', { name: 'Log in' }).click()
      await expect(page.getByRole('alert')).toHaveText('This access token is wrong.')
      await page.getByLabel('Access token').fill(TOKEN)
      await page.getByRole('button', { name: 'Log in' }).click()
      await expect(page).toHaveURL(`${beyond.url}/jobs?state=done`)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      // The address of the start holds the token; it goes away with a session there as well.
      await page.goto(`${beyond.url}/studies?token=${TOKEN}`)
      await expect(page).toHaveURL(`${beyond.url}/studies`)
      await page.getByRole('button', { name: 'Log out' }).click()
      await expect(page.getByLabel('Access token')).toBeVisible()
      await page.goto(`${beyond.url}/?token=${TOKEN}`)
      await expect(page).toHaveURL(`${beyond.url}/studies`)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      const [cookie] = (await context.cookies()).filter(({ name }) => name === 'evolens_access')
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
      expect(problems).toEqual([])
      await context.close()
    },
  )

  open('a page takes no body, however long, with or without a length', async ({ beyond }) => {
    for (const isChunked of [false, true]) {
      const sent = await sendBody(beyond, '/studies', 900, { isChunked })
      expect(sent.status).toBe(405)
      expectFlat(sent)
    }
  })

  open(
    'an upload without the token is refused before it is read, and with it arrives whole',
    async ({ beyond }) => {
      const refused = await sendBody(beyond, '/api/uploads?name=a.json', 300)
      expect(refused.status).toBe(401)
      expectFlat(refused)
      const uploads = `${beyond.dataDir}/uploads`
      expect(fs.existsSync(uploads) ? fs.readdirSync(uploads) : []).toEqual([])
      const chunk = randomBytes(MEGABYTE)
      const taken = await sendBody(beyond, '/api/uploads?name=a.json', 12, {
        headers: BEARER,
        chunk,
      })
      expect(taken.status).toBe(200)
      const sha256 = createHash('sha256')
        .update(Buffer.concat(Array(12).fill(chunk) as Buffer[]))
        .digest('hex')
      expect(JSON.parse(taken.text)).toMatchObject({ sizeBytes: 12 * MEGABYTE, sha256 })
    },
  )

  // Off by default: it writes two gigabytes.
  open('an upload of 2 GB passes with flat memory', async ({ beyond }) => {
    open.skip(!process.env.EVOLENS_LARGE_UPLOAD, 'set EVOLENS_LARGE_UPLOAD=1 to send 2 GB')
    const sent = await sendBody(beyond, '/api/uploads?name=b.json', 2048, { headers: BEARER })
    expect(sent.status).toBe(200)
    process.stdout.write(`2 GB upload: web grew by ${sent.grownMb?.toFixed(0)} MB\n`)
    expectFlat(sent)
  })

  open('silent sockets and upgrades are closed', async ({ beyond }) => {
    const { hostname, port } = new URL(beyond.url)
    const upgrade =
      'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Version: 13\r\n\r\n'
    const closed = await Promise.all(
      Array.from({ length: 100 }, (_, n) => {
        const socket = net.connect(Number(port), hostname)
        // Two ways of saying nothing, one of never finishing, and upgrades.
        if (n % 4 === 1) socket.write('GET / HT')
        if (n % 4 >= 2) socket.write(upgrade)
        socket.resume()
        socket.on('error', () => undefined)
        return new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(false), 40_000)
          socket.once('close', () => {
            clearTimeout(timer)
            resolve(true)
          })
        }).finally(() => socket.destroy())
      }),
    )
    expect(closed.filter(Boolean)).toHaveLength(100)
  })
})

test('an address with a malformed escape is 400, on pages and routes', async ({ server }) => {
  for (const path of [
    '/studies/%zz',
    '/api/studies/%E0%A4%A',
    '/studies?a=%',
    '/api/jobs?kind=%zz',
    '/%00',
  ]) {
    const status = await new Promise((resolve) => {
      http.get(`${server.url}${path}`, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
    })
    expect([path, status]).toEqual([path, 400])
  }
})

test('every page works under its policy, which allows no inline script without a nonce', async ({
  page,
  request,
}) => {
  test.slow()
  const studyId = await sampleStudy(request)
  await computeAll(request, studyId)
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  await page.emulateMedia({ colorScheme: 'dark' })
  const study = ['', '/rows', '/figures', '/compare', '/export', '/agreement'].map(
    (at) => `/studies/${studyId}${at}`,
  )
  for (const address of [
    '/studies',
    '/jobs',
    '/backends',
    '/prompts',
    '/help',
    '/gallery',
    ...study,
  ]) {
    const response = await page.goto(address)
    const policy = response?.headers()['content-security-policy'] ?? ''
    expect(policy).toMatch(/script-src 'self' 'nonce-[^']+';/)
    await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
    // Set by an inline script before anything is drawn.
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
    await page.waitForLoadState('networkidle').catch(() => undefined)
    expect([address, problems]).toEqual([address, []])
  }
  const ran = await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.injected = true'
    document.body.append(script)
    return 'injected' in window
  })
  expect(ran).toBe(false)
})

base('HOST may be an IPv6 address in brackets', async () => {
  base.skip(
    !Object.values(os.networkInterfaces())
      .flat()
      .some((at) => at?.address === '::1'),
    'no IPv6 here',
  )
  const server = await startServer({ host: '[::1]' })
  const answer = await fetch(`${server.url}/api/health`)
  expect(await answer.json()).toEqual({ ok: true })
  await server.stop()
})
