import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { testDatabase } from '@/lib/testing/database'
import { readConfig } from '@/lib/config'
import { AppError, ERROR_CODES } from '@/lib/errors'
import { setContext } from './context'
import { route } from './route'

const config = readConfig({ EVOLENS_DATA_DIR: '/nowhere', LOG_LEVEL: 'silent' })
const none = { params: Promise.resolve({}) }

function request(path: string, init: RequestInit & { host?: string } = {}): Request {
  const headers = new Headers(init.headers)
  headers.set('host', init.host ?? 'localhost:3000')
  return new Request(`http://localhost:3000${path}`, { ...init, headers })
}

beforeEach(() => {
  vi.stubEnv('LOG_LEVEL', 'silent')
  setContext({ db: testDatabase(), config })
})
afterEach(() => {
  vi.unstubAllEnvs()
  setContext(null)
})

describe('route', () => {
  const echo = route({
    params: z.object({ id: z.string() }),
    query: z.object({
      n: z.coerce.number().default(1),
      tag: z.union([z.string(), z.array(z.string())]).optional(),
    }),
    body: z.object({ name: z.string() }),
    handler: ({ params, query, body }) => ({ params, query, body }),
  })
  const at = { params: Promise.resolve({ id: 'x' }) }
  const post = (body: string, headers: Record<string, string> = {}) =>
    echo(request('/api/x?n=2&tag=a&tag=b', { method: 'POST', body, headers }), at)

  it('parses params, query and body', async () => {
    const response = await post('{"name":"é"}', { 'content-type': 'application/json' })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      params: { id: 'x' },
      query: { n: 2, tag: ['a', 'b'] },
      body: { name: 'é' },
    })
  })

  it('says what is wrong with the input', async () => {
    const wrong = await post('{"name":1}', { 'content-type': 'application/json' })
    expect(wrong.status).toBe(400)
    expect(await wrong.json()).toMatchObject({
      error: { code: 'invalid_input', details: { issues: [{ path: ['name'] }] } },
    })
    expect((await post('{', { 'content-type': 'application/json' })).status).toBe(400)
    expect((await post('name=1', { 'content-type': 'text/plain' })).status).toBe(400)
    for (const text of ['{"name":"a","__proto__":{"x":1}}', '{"a":[{"\\u005f_proto__":1}]}']) {
      const hostile = await post(text, { 'content-type': 'application/json' })
      expect(hostile.status).toBe(400)
      expect(await hostile.text()).toContain('__proto__')
    }
  })

  it('gives each error code its own status and hides the unknown ones', async () => {
    const statuses = await Promise.all(
      ERROR_CODES.map(async (code) => {
        const failing = route({
          handler() {
            throw new AppError(code, 'told')
          },
        })
        return [code, (await failing(request('/api'), none)).status]
      }),
    )
    expect(Object.fromEntries(statuses)).toMatchObject({
      not_found: 404,
      conflict: 409,
      rate_limited: 429,
      internal: 500,
    })
    const broken = route({
      handler() {
        throw new Error('secret detail')
      },
    })
    const text = await (await broken(request('/api'), none)).text()
    expect(text).not.toContain('secret detail')
    expect(text).toContain('internal')
  })

  it('passes responses through and answers nothing with 204', async () => {
    const stream = route({
      handler: () => new Response('a', { headers: { 'content-type': 'text/csv' } }),
    })
    expect((await stream(request('/api'), none)).headers.get('content-type')).toBe('text/csv')
    expect((await route({ handler: () => undefined })(request('/api'), none)).status).toBe(204)
  })

  it('refuses foreign hosts and origins', async () => {
    const open = route({ handler: () => ({ ok: true }) })
    expect((await open(request('/api', { host: 'evil.example' }), none)).status).toBe(403)
    const change = (origin: string) =>
      open(request('/api', { method: 'POST', headers: { origin } }), none)
    expect((await change('http://evil.example')).status).toBe(403)
    expect((await change('null')).status).toBe(403)
    expect((await change('http://localhost:3000')).status).toBe(200)
  })
})
