import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { NextRequest } from 'next/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { testDatabase } from '@/lib/testing/database'
import { readConfig } from '@/lib/config'
import { forgetAttempts } from './attempts'
import { setContext } from './context'
import type { RouteHandler } from './route'

// By these one logs in and out: they check Host and Origin, and the first asks for the token itself.
const OPEN = new Set(['login/route.ts', 'logout/route.ts'])
let dataDir: string

const ROOT = path.resolve(import.meta.dirname, '../..')
const TOKEN = 'a-long-access-token'
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const CHANGES = new Set<string>(['POST', 'PUT', 'PATCH', 'DELETE'])
// A value for every name in square brackets; refused requests never look at it.
const params = new Proxy({}, { get: () => 'x', has: () => true })
const context = { params: Promise.resolve(params) } as Parameters<RouteHandler>[1]

const ROUTES = fs
  .readdirSync(path.join(ROOT, 'app/api'), { recursive: true, encoding: 'utf8' })
  .filter((file) => path.basename(file) === 'route.ts')
  .sort()

function settings(env: Record<string, string> = {}) {
  return readConfig({ EVOLENS_DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...env })
}

async function ask(file: string, headers: Record<string, string>, methods: readonly string[]) {
  const handlers = (await import(path.join(ROOT, 'app/api', file))) as Record<string, RouteHandler>
  const answers: [string, number][] = []
  for (const method of methods) {
    const handler = handlers[method]
    if (!handler) continue
    const url = 'http://localhost:3000/api'
    const response = await handler(new Request(url, { method, headers }), context)
    answers.push([`${method} ${file}`, response.status])
  }
  return answers
}

const refused = (answers: [string, number][], status: number) =>
  answers.map(([name]) => [name, status])

beforeEach(() => {
  forgetAttempts()
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-guards-'))
  vi.stubEnv('LOG_LEVEL', 'silent')
  vi.stubEnv('EVOLENS_DATA_DIR', dataDir)
  setContext({ db: testDatabase(), config: settings() })
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
  setContext(null)
  fs.rmSync(dataDir, { recursive: true, force: true })
})

describe('every route of the API', { timeout: 60_000 }, () => {
  it('is there to be tested, and answers some method', async () => {
    expect(ROUTES.length).toBeGreaterThan(20)
    for (const file of ROUTES) {
      const module = (await import(path.join(ROOT, 'app/api', file))) as object
      expect([file, METHODS.some((method) => method in module)]).toEqual([file, true])
    }
  })

  it('refuses names that are not ours, by which a web page would reach it through rebinding', async () => {
    for (const file of ROUTES) {
      const answers = await ask(file, { host: 'rebound.example:3000' }, METHODS)
      expect(answers).toEqual(refused(answers, 403))
    }
  })

  it('refuses changes that come from the pages of others', async () => {
    const methods = METHODS.filter((method) => CHANGES.has(method))
    for (const file of ROUTES) {
      for (const origin of ['https://evil.example', 'http://localhost:8080', 'null']) {
        const answers = await ask(file, { host: 'localhost:3000', origin }, methods)
        expect(answers).toEqual(refused(answers, 403))
      }
      const blind = { host: 'localhost:3000', 'sec-fetch-site': 'cross-site' }
      const answers = await ask(file, blind, methods)
      expect(answers).toEqual(refused(answers, 403))
    }
  })

  it('refuses what the pages of others make a browser read, for a download is also noted', async () => {
    for (const file of ROUTES) {
      for (const site of ['cross-site', 'same-site']) {
        const headers = { host: 'localhost:3000', 'sec-fetch-site': site }
        const answers = await ask(file, headers, METHODS)
        expect(answers).toEqual(refused(answers, 403))
      }
    }
  })

  it('asks for the access token beyond loopback', async () => {
    const config = settings({ HOST: '0.0.0.0', EVOLENS_ACCESS_TOKEN: TOKEN })
    setContext({ db: testDatabase(), config })
    for (const file of ROUTES.filter((name) => !OPEN.has(name))) {
      for (const headers of [
        { host: 'gpu.lan:3000' },
        { host: 'gpu.lan:3000', authorization: 'Basic another-long-token' },
        { host: 'gpu.lan:3000', cookie: 'evolens_access=00' },
      ]) {
        const answers = await ask(file, headers, METHODS)
        expect(answers).toEqual(refused(answers, 401))
      }
    }
  })
})

describe('the pages', () => {
  async function open(pathname: string, headers: Record<string, string>, method = 'GET') {
    const { proxy } = await import('@/proxy')
    return proxy(new NextRequest(`http://localhost:3000${pathname}`, { method, headers }))
  }

  it('refuse foreign names and origins', async () => {
    expect((await open('/studies', { host: 'rebound.example' })).status).toBe(403)
    expect((await open('/', { host: 'localhost:3000' })).status).toBe(200)
    // Actions of pages are POST requests to the page's own address.
    const origin = 'https://evil.example'
    expect((await open('/', { host: 'localhost:3000', origin }, 'POST')).status).toBe(403)
  })

  it('take the token from the address once, and keep it out of the address', async () => {
    vi.stubEnv('HOST', '0.0.0.0')
    vi.stubEnv('EVOLENS_ACCESS_TOKEN', TOKEN)
    const host = { host: 'gpu.lan:3000' }
    expect((await open('/studies', host)).status).toBe(401)
    const login = await open(`/studies?a=1&token=${TOKEN}`, host)
    // Next sends the part after its own host.
    const location = 'http://localhost:3000/studies?a=1'
    expect([login.status, login.headers.get('location')]).toEqual([303, location])
    const cookie = login.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/HttpOnly.*SameSite=Lax/)
    expect(cookie).not.toContain(TOKEN)
    const again = await open(`/studies?token=${TOKEN}`, {
      ...host,
      cookie: cookie.split(';')[0] ?? '',
    })
    expect([again.status, again.headers.get('set-cookie')]).toEqual([303, null])
  })

  it('show a browser a form for the token, which keeps the address and not the token', async () => {
    vi.stubEnv('HOST', '0.0.0.0')
    vi.stubEnv('EVOLENS_ACCESS_TOKEN', TOKEN)
    const browser = { host: 'gpu.lan:3000', accept: 'text/html,*/*' }
    const page = await open('/studies?q="><script>&token=wrong-and-long-token', browser)
    const text = await page.text()
    expect([page.status, page.headers.get('content-type')]).toEqual([
      401,
      'text/html; charset=utf-8',
    ])
    expect(text).toContain('value="/studies?q=%22%3E%3Cscript%3E"')
    expect(text).toContain('This access token is wrong.')
    expect(text).not.toContain('wrong-and-long-token')
  })

  it('get a policy of their own, whose nonce no other request has', async () => {
    const policies = await Promise.all(
      [1, 2].map(async () => {
        const response = await open('/', { host: 'localhost:3000' })
        return response.headers.get('content-security-policy') ?? ''
      }),
    )
    expect(policies[0]).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/=]{24}';/)
    expect(policies[0]).not.toMatch(/script-src[^;]*unsafe-inline/)
    expect(policies[0]).not.toEqual(policies[1])
  })

  it('are all behind the proxy; only the API, which guards itself, and static files are not', async () => {
    const { config } = await import('@/proxy')
    const [matcher = ''] = config.matcher
    const guarded = (pathname: string) => new RegExp(`^${matcher}$`).test(pathname)
    const pages = [
      '/',
      '/studies',
      '/studies/1/rows',
      '/backends',
      '/api',
      '/apis',
      '/_next/data/x',
    ]
    expect(pages.filter((page) => !guarded(page))).toEqual([])
    const open = ['/api/health', '/_next/static/chunk.js', '/icon.svg']
    expect(open.filter(guarded)).toEqual([])
  })
})
