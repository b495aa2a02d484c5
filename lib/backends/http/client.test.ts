import { afterEach, describe, expect, it } from 'vitest'
import { startStub, type StubReply, type StubServer } from '../openai/stub'
import replies from '../openai/fixtures/replies.json'
import { createHttpClient, joinPath, type HttpRequest } from './client'
import { httpError, readErrorBody, retryAfterMs } from './errors'

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

  it('joins prefixes without doubling /v1', () => {
    expect(joinPath(new URL('http://a/'), '/v1/models')).toBe('/v1/models')
    expect(joinPath(new URL('http://a/v1/'), '/v1/models')).toBe('/v1/models')
    expect(joinPath(new URL('http://a/api/v1'), '/v1/models')).toBe('/api/v1/models')
    expect(joinPath(new URL('http://a/inference'), '/v1/models')).toBe('/inference/v1/models')
  })
})

describe('httpError', () => {
  for (const [name, entry] of Object.entries(replies)) {
    if (typeof entry === 'string' || !('expect' in entry)) continue
    it(`judges ${name}`, () => {
      const headers = 'headers' in entry ? entry.headers : {}
      const error = httpError(entry.status, headers, JSON.stringify(entry.body), false)
      const { code, ...details } = entry.expect
      expect(error.code).toBe(code)
      expect(error.details).toMatchObject(details)
    })
  }

  it('splits a refused list and leaves a refused row', () => {
    const body = JSON.stringify({ error: { message: 'something about one input', param: 'input' } })
    expect(httpError(400, {}, body, true).details).toMatchObject({ kind: 'split' })
    expect(httpError(400, {}, body, false).details).toMatchObject({ kind: 'row' })
  })

  it('finds the parameter in words alone', () => {
    const said = (message: string) =>
      httpError(400, {}, JSON.stringify({ error: { message } }), false).details?.parameter
    expect(said('Unrecognized request argument supplied: top_k')).toBe('top_k')
    expect(said("'temperature' is not supported with this model")).toBe('temperature')
    expect(said('your text mentions temperature')).toBeUndefined()
  })

  it('reads bodies of every form', () => {
    expect(readErrorBody('<html>').message).toContain('HTML')
    expect(readErrorBody('{"detail":[{"msg":"x"}]}').message).toContain('msg')
    expect(readErrorBody('"plain"').message).toBe('plain')
    expect(readErrorBody('').message).toBe('')
  })

  it('reads Retry-After as seconds and as a date', () => {
    expect(retryAfterMs('3')).toBe(3000)
    expect(retryAfterMs(new Date(10_000).toUTCString(), 4_000)).toBe(6_000)
    expect(retryAfterMs('soon')).toBeUndefined()
  })
})
