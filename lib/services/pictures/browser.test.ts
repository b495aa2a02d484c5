import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { chromium } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { closePictureBrowser, withPicturePage, type PictureSite } from './browser'
import { findChromium } from './find-browser.mjs'

const hasBrowser = findChromium(chromium.executablePath()) !== null
const SLOW = 60_000
const TOKEN = 'a-token-of-twenty-letters'

interface Seen {
  url: string | undefined
  authorization: string | undefined
}

const seen: Seen[] = []
const elsewhere: string[] = []
let servers: http.Server[] = []
let site: PictureSite
let other: string

async function listen(handler: http.RequestListener): Promise<string> {
  const server = http.createServer(handler)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  const origin = await listen((request, response) => {
    seen.push({ url: request.url, authorization: request.headers.authorization })
    if (request.headers.authorization !== `Bearer ${TOKEN}` && request.url === '/picture') {
      response.writeHead(401).end('log in')
      return
    }
    response.setHeader('content-type', 'text/html')
    response.end('<script>window.evolensPicture = async () => ({ file: "" })</script>')
  })
  other = await listen((request, response) => {
    elsewhere.push(request.url ?? '')
    response.setHeader('access-control-allow-origin', '*')
    response.end('reached')
  })
  site = { origin, token: TOKEN }
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await closePictureBrowser()
})

afterAll(() => {
  for (const server of servers) server.close()
  servers = []
})

describe.skipIf(!hasBrowser)('with a Chromium, which this machine must have', () => {
  it(
    'reaches its own page and static files, and nothing else; the token goes to the page alone',
    async () => {
      const reached = await withPicturePage(site, (page) =>
        page.evaluate(
          async (addresses) => {
            const answers = addresses.map((address) =>
              fetch(address).then(
                ({ status }) => String(status),
                () => 'blocked',
              ),
            )
            return Promise.all(answers)
          },
          [`${other}/data`, '/api/studies', '/studies', '/_next/static/a.js', 'file:///etc/passwd'],
        ),
      )
      expect(reached).toEqual(['blocked', 'blocked', 'blocked', '200', 'blocked'])
      expect(elsewhere).toEqual([])
      expect(seen).toEqual([
        { url: '/picture', authorization: `Bearer ${TOKEN}` },
        { url: '/_next/static/a.js', authorization: undefined },
      ])
    },
    SLOW,
  )

  it(
    'draws two at a time in one browser and uses its pages again',
    async () => {
      const processes = new Set<unknown>()
      let [now, most] = [0, 0]
      seen.length = 0
      const work = () =>
        withPicturePage(site, async (page) => {
          most = Math.max(most, (now += 1))
          processes.add(page.context().browser())
          await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)))
          now -= 1
        })
      await Promise.all(Array.from({ length: 7 }, work))
      expect([most, processes.size]).toEqual([2, 1])
      expect(seen.map(({ url }) => url)).toEqual(['/picture', '/picture'])
    },
    SLOW,
  )

  it(
    'says that the browser broke off, and starts another for the next picture',
    async () => {
      const broken = withPicturePage(site, async (page) => {
        await Promise.all([
          page.context().browser()?.close(),
          page.evaluate(() => new Promise(() => 0)),
        ])
      })
      await expect(broken).rejects.toMatchObject({
        code: 'backend_unavailable',
        message: expect.stringMatching(/broke off.*Try again/),
      })
      expect(await withPicturePage(site, (page) => page.evaluate(() => 6 * 7))).toBe(42)
    },
    SLOW,
  )

  it(
    'says so where the page is refused',
    async () => {
      const refused = withPicturePage({ ...site, token: 'wrong' }, async () => 1)
      await expect(refused).rejects.toMatchObject({
        code: 'backend_unavailable',
        message: expect.stringMatching(/answered with 401/),
      })
    },
    SLOW,
  )
})

it(
  'names the remedy where the browser is not there, or is no browser',
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-browser-'))
    try {
      for (const [file, problem] of [
        [path.join(folder, 'none'), /EVOLENS_BROWSER names .*none, which does not exist/],
        [process.execPath, /does not start.*npx playwright install chromium/],
      ] as const) {
        vi.stubEnv('EVOLENS_BROWSER', file)
        await expect(withPicturePage(site, async () => 1)).rejects.toMatchObject({
          code: 'capability_missing',
          message: expect.stringMatching(problem),
        })
      }
    } finally {
      fs.rmSync(folder, { recursive: true, force: true })
    }
  },
  SLOW,
)
