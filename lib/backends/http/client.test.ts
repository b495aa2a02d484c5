import { afterEach, describe, expect, it } from 'vitest'
import { startStub, type StubReply, type StubServer } from '@/lib/testing/servers/openai'
import type { AppError } from '@/lib/errors'
import { createHttpClient, joinPath, type HttpRequest } from './client'

let stub: StubServer | undefined

afterEach(async () => {
  await stub?.close()
  stub = undefined
})

async function ask(reply: StubReply | null, change: Partial<HttpRequest> = {}, key?: string) {
  stub = await startStub(() => reply)
  const client = createHttpClient({ baseUrl: stub.url, key: () => key, allowPlainHttp: false })
  try {
    return await client.send({
      method: 'POST',
      path: '/v1/x',
      body: { a: 'é' },
      timeoutMs: 2_000,
      maxBytes: 10_000,
      ...change,
    })
  } finally {
    client.close()
  }
}

describe('the HTTP client', () => {
  it('sends JSON and key, and parses the reply', async () => {
    const reply = await ask({ body: { ok: true } }, {}, 'canary')
    expect(reply.json).toEqual({ ok: true })
    expect(stub?.seen[0]).toMatchObject({
      method: 'POST',
      path: '/v1/x',
      body: { a: 'é' },
      headers: {
        authorization: 'Bearer canary',
        host: `127.0.0.1:${stub?.port}`,
        'accept-encoding': 'identity',
      },
    })
  })

  it('does not follow redirects', async () => {
    const reply = { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: {} }
    await expect(ask(reply)).rejects.toMatchObject({
      details: { kind: 'config', reason: 'redirect' },
    })
    expect(stub?.seen).toHaveLength(1)
  })

  it('stops at the size limit, at HTML, at compressed replies', async () => {
    const huge = { raw: `"${'x'.repeat(20_000)}"` }
    await expect(ask(huge)).rejects.toMatchObject({ details: { reason: 'reply_too_large' } })
    await stub?.close()
    await expect(ask({ raw: '<html>hello</html>' })).rejects.toMatchObject({
      details: { reason: 'not_json' },
    })
    await stub?.close()
    const zipped = { headers: { 'content-encoding': 'gzip' }, raw: 'x' }
    await expect(ask(zipped)).rejects.toMatchObject({ details: { reason: 'encoding' } })
  })

  it('tells a dropped connection from a reply, and a dead port from both', async () => {
    await expect(ask(null)).rejects.toMatchObject({
      code: 'backend_unavailable',
      details: { kind: 'retry' },
    })
    const port = stub?.port
    await stub?.close()
    stub = undefined
    const client = createHttpClient({
      baseUrl: `http://127.0.0.1:${port}`,
      key: () => undefined,
      allowPlainHttp: false,
    })
    const request = { method: 'GET', path: '/', timeoutMs: 1_000, maxBytes: 10 } as const
    await expect(client.send(request)).rejects.toThrow('Nothing listens')
  })

  it('ends at its time limit and on abort', async () => {
    stub = await startStub(() => new Promise(() => undefined))
    const client = createHttpClient({
      baseUrl: stub.url,
      key: () => undefined,
      allowPlainHttp: false,
    })
    const request = { method: 'GET', path: '/', maxBytes: 10 } as const
    await expect(client.send({ ...request, timeoutMs: 30 })).rejects.toMatchObject({
      details: { reason: 'ETIMEDOUT' },
    })
    const signal = AbortSignal.timeout(30)
    await expect(client.send({ ...request, timeoutMs: 20_000, signal })).rejects.toMatchObject({
      code: 'cancelled',
    })
    client.close()
  })

  it('shows no key and no long text in its errors', async () => {
    const body = { error: { message: `bad \u0007 ${'y'.repeat(2_000)}` } }
    const error = await ask({ status: 400, body }, {}, 'canary').catch((caught: Error) => caught)
    expect(String(error)).not.toContain('canary')
    expect(String(error)).not.toContain('\u0007')
    expect(String(error).length).toBeLessThan(500)
  })

  it('hides the key wherever a server repeats it', async () => {
    const key = 'cAnArY-0123456789/"x'
    const echo = (body: unknown, status: number) => ask({ status, body }, {}, key)
    const shown = [
      await echo({ error: { message: `bad key ${key}`, code: key } }, 401).catch(String),
      await echo(`no ${encodeURIComponent(key)}`, 500).catch(String),
      await echo({ text: `your key is ${key}` }, 200).catch(String),
    ]
    const inHeaders = [
      { status: 500, headers: { 'x-request-id': key } },
      { headers: { 'content-type': `text/${key}` } },
      { headers: { 'content-encoding': key } },
    ]
    for (const reply of inHeaders) {
      await stub?.close()
      const error = await ask({ body: {}, ...reply }, {}, key).catch((caught: AppError) => caught)
      shown.push(JSON.stringify([String(error), (error as AppError).details]))
    }
    expect(shown.join()).not.toContain('cAnArY')
    expect(shown[0]).toContain('[redacted]')
    expect(shown[2]).toContain('repeats the key')
  })

  it('sends no key that a header cannot carry', async () => {
    await expect(ask({ body: {} }, {}, 'a\nb')).rejects.toMatchObject({
      details: { kind: 'config', reason: 'key' },
    })
    expect(stub?.seen).toHaveLength(0)
  })

  it('takes an empty reply only where one is expected', async () => {
    expect((await ask({ raw: '' }, { mayBeEmpty: true })).json).toBeNull()
    await stub?.close()
    await expect(ask({ raw: '' })).rejects.toMatchObject({ details: { reason: 'not_json' } })
  })

  it('decodes nothing that is not JSON', async () => {
    for (const type of ['text/html', 'text/plain', 'text/event-stream', 'application/jsonp']) {
      const reply = { headers: { 'content-type': type }, raw: '{"ok":1}' }
      await expect(ask(reply)).rejects.toMatchObject({ details: { reason: 'not_json' } })
      await stub?.close()
    }
    const variant = { headers: { 'content-type': 'application/problem+json; charset=utf-8' } }
    expect((await ask({ ...variant, raw: '{"ok":1}' })).json).toEqual({ ok: 1 })
  })

  it('joins prefixes without doubling /v1', () => {
    expect(joinPath(new URL('http://a/'), '/v1/models')).toBe('/v1/models')
    expect(joinPath(new URL('http://a/v1/'), '/v1/models')).toBe('/v1/models')
    expect(joinPath(new URL('http://a/api/v1'), '/v1/models')).toBe('/api/v1/models')
    expect(joinPath(new URL('http://a/inference'), '/v1/models')).toBe('/inference/v1/models')
  })
})
