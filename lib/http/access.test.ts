import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { testDatabase } from '@/lib/testing/database'
import { readConfig } from '@/lib/config'
import { checkAccess, localPath, logIn } from './access'
import { Attempts, forgetAttempts, remoteKey } from './attempts'
import { setContext } from './context'
import { sessionCookie } from './session'

const TOKEN = 'a-long-access-token'
const none = { params: Promise.resolve({}) }

let dataDir: string
let guarded: ReturnType<typeof readConfig>

function settings(env: Record<string, string>) {
  return readConfig({ EVOLENS_DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...env })
}

beforeEach(() => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-access-'))
  guarded = settings({ HOST: '0.0.0.0', EVOLENS_ACCESS_TOKEN: TOKEN })
  forgetAttempts()
})
afterEach(() => {
  vi.useRealTimers()
  setContext(null)
  fs.rmSync(dataDir, { recursive: true, force: true })
})

function request(address: string, headers: Record<string, string> = {}, init: RequestInit = {}) {
  return new Request(`http://localhost:3000${address}`, {
    ...init,
    headers: { host: 'gpu.lan:3000', 'x-evolens-remote': '10.0.0.9', ...headers },
  })
}

function login(address: string, headers: Record<string, string> = {}) {
  return checkAccess(request(address, headers), guarded)
}

function statusOf(address: string, headers: Record<string, string> = {}) {
  const access = login(address, headers)
  return access.state === 'refused' ? access.status : access.state
}

function guess(n: number, remote: string) {
  return statusOf('/', { authorization: `Bearer guess-number-${n}`, 'x-evolens-remote': remote })
}

describe('access without a token', () => {
  it('is for loopback names on any port, and nothing that only looks like one', () => {
    const local = settings({})
    const state = (host: string) => checkAccess(request('/', { host }), local).state
    for (const host of ['localhost:8080', '127.0.0.1:3000', '[::1]:3000', 'LOCALHOST'])
      expect(state(host)).toBe('ok')
    for (const host of [
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '',
      'a@localhost',
      '10.0.0.1',
    ])
      expect(state(host)).toBe('refused')
  })

  it('takes HOST with and without brackets', () => {
    for (const HOST of ['[::1]', '::1']) expect(settings({ HOST }).host).toBe('::1')
    expect(() => settings({ HOST: '[::]' })).toThrow('access token')
  })
})

describe('access with a token', () => {
  it('takes the token once from the address, and then the cookie, under any name of the machine', () => {
    const first = login(`/studies?a=1&token=${TOKEN}`)
    expect(first).toMatchObject({ state: 'login', location: '/studies?a=1' })
    const cookie = (first.state === 'login' && first.setCookie?.split(';')[0]) || ''
    expect(cookie).not.toContain(TOKEN)
    expect(statusOf('/studies', { cookie })).toBe('ok')
    expect(statusOf('/studies', { cookie, host: 'lab.example' })).toBe('ok')
    expect(statusOf('/studies', { cookie: `${cookie}0` })).toBe(401)
    expect(statusOf('/studies', { cookie: cookie.replace(/=\d/, '=9') })).toBe(401)
    // Whoever has a session and opens the address of the start again gets rid of the token in it.
    const again = login('/studies?token=anything&a=1', { cookie })
    expect(again).toEqual({ state: 'login', location: '/studies?a=1', setCookie: null })
    expect(statusOf('/', { authorization: `Bearer ${TOKEN}` })).toBe('ok')
    expect(statusOf('/?token=wrong')).toBe(401)
  })

  it('never redirects to another host', () => {
    const evil = login(`//evil.example/%2e%2e?token=${TOKEN}`)
    expect(evil.state === 'login' && evil.location).toMatch(/^\/(?!\/)/)
    for (const text of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      'x',
      '',
      '/a b',
      '/a\r\nb',
    ])
      expect(localPath(text)).toBe('/')
    expect(localPath('/studies/1/rows?q=%22a%22')).toBe('/studies/1/rows?q=%22a%22')
  })

  it('ends sessions after a month, with another token, and with another data folder', () => {
    const cookie = sessionCookie(dataDir, TOKEN, false).split(';')[0] ?? ''
    expect(statusOf('/', { cookie })).toBe('ok')
    const changed = settings({ HOST: '0.0.0.0', EVOLENS_ACCESS_TOKEN: `${TOKEN}-2` })
    expect(checkAccess(request('/', { cookie }), changed).state).toBe('refused')
    const other = { ...guarded, dataDir: path.join(dataDir, 'other') }
    expect(checkAccess(request('/', { cookie }), other).state).toBe('refused')
    vi.useFakeTimers({ now: Date.now() + 31 * 24 * 3600 * 1000 })
    expect(statusOf('/', { cookie })).toBe(401)
  })

  it('marks the cookie Secure behind a proxy that speaks TLS', () => {
    const cookie = logIn(request('/', { 'x-forwarded-proto': 'https' }), guarded, TOKEN)
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax; .*; Secure$/)
    expect(logIn(request('/'), guarded, TOKEN)).not.toContain('Secure')
  })
})

describe('guesses', () => {
  it('are slowed down for their remote, which gets another after a while', () => {
    vi.useFakeTimers({ now: Date.now() })
    const answers = Array.from({ length: 15 }, (_, n) => guess(n, '10.0.0.1'))
    expect(answers.filter((status) => status === 401)).toHaveLength(10)
    // Even the right token is not looked at now, or guessing would go on at full speed.
    expect(statusOf(`/?token=${TOKEN}`, { 'x-evolens-remote': '10.0.0.1' })).toBe(429)
    expect(statusOf(`/?token=${TOKEN}`, { 'x-evolens-remote': '10.0.0.2' })).toBe('login')
    vi.advanceTimersByTime(7_000)
    expect(statusOf(`/?token=${TOKEN}`, { 'x-evolens-remote': '10.0.0.1' })).toBe('login')
  })

  it('are slowed down in total, and do not lock out who has a session', () => {
    const cookie = sessionCookie(dataDir, TOKEN, false).split(';')[0] ?? ''
    const answers = Array.from({ length: 150 }, (_, n) => guess(n, `10.1.${n}.1`))
    expect(answers.filter((status) => status === 401)).toHaveLength(100)
    expect(guess(0, '10.9.9.9')).toBe(429)
    expect(statusOf('/', { cookie, 'x-evolens-remote': '10.1.1.1' })).toBe('ok')
  })

  it('are counted in bounded memory, and a /64 of IPv6 addresses is one remote', () => {
    const attempts = new Attempts()
    for (let n = 0; n < 5_000; n += 1) attempts.failed(`10.${n >> 8}.${n & 255}.1`)
    expect(attempts.size).toBeLessThanOrEqual(1_000)
    expect(remoteKey('2001:db8:0:7::1')).toBe(remoteKey('2001:db8:0:7:a:b:c:d'))
    expect(remoteKey('2001:db8::1')).not.toBe(remoteKey('2001:db8:0:7::1'))
    expect(remoteKey('::ffff:10.0.0.1')).toBe('10.0.0.1')
  })

  it('do not come from old cookies or from requests without a token', () => {
    for (let n = 0; n < 50; n += 1) {
      statusOf('/', { cookie: `evolens_access=99999999999.${'0'.repeat(64)}` })
      statusOf('/')
    }
    expect(statusOf(`/?token=${TOKEN}`)).toBe('login')
  })
})

describe('the routes to log in and out', () => {
  async function post(name: 'login' | 'logout', fields: Record<string, string>) {
    setContext({ db: testDatabase(), config: guarded })
    const { POST } =
      name === 'login'
        ? await import('@/app/api/login/route')
        : await import('@/app/api/logout/route')
    const init = { method: 'POST', body: new URLSearchParams(fields) }
    return POST(request(`/api/${name}`, { origin: 'http://gpu.lan:3000' }, init), none)
  }

  it('open a session and go on, or show the form again', async () => {
    const right = await post('login', { token: TOKEN, to: '/jobs' })
    expect([right.status, right.headers.get('location')]).toEqual([303, '/jobs'])
    const cookie = right.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect(statusOf('/', { cookie })).toBe('ok')
    const wrong = await post('login', { token: 'wrong', to: '//evil.example' })
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null])
    expect(await wrong.text()).toContain('name="to" value="/"')
    for (let n = 0; n < 10; n += 1) await post('login', { token: 'wrong' })
    const slowed = await post('login', { token: TOKEN })
    expect(slowed.status).toBe(429)
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('end the session of the browser', async () => {
    const out = await post('logout', {})
    expect([out.status, out.headers.get('location')]).toEqual([303, '/studies'])
    expect(out.headers.get('set-cookie')).toMatch(/^evolens_access=; .*Max-Age=0/)
  })
})
