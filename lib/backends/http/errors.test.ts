import { describe, expect, it } from 'vitest'
import replies from '../dialects/openai/fixtures/replies.json'
import { readErrorBody } from './error-body'
import { httpError, retryAfterMs } from './errors'

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
    expect(readErrorBody('{"detail":[{"msg":"x","loc":["body","a",0]}]}')).toMatchObject({
      message: 'x',
      param: 'a.0',
    })
    expect(readErrorBody('"plain"').message).toBe('plain')
    expect(readErrorBody('').message).toBe('')
    expect(readErrorBody('{}').message).toBe('')
    // Bodies are read to 2 KB, so long ones arrive without their end.
    const cut = JSON.stringify({ error: { type: 'T', param: 'p', message: 'm'.repeat(3_000) } })
    expect(readErrorBody(cut.slice(0, 2_048))).toMatchObject({ type: 'T', param: 'p' })
    expect(readErrorBody(cut.slice(0, 2_048)).message).toMatch(/^m{299}…$/)
  })

  it('shows cleaned words: no controls, no direction marks, whole characters', () => {
    const said = `a\u0000\u001b[31mb\u202e\u2028c\n\n  ${'😀'.repeat(400)}`
    const { message } = readErrorBody(JSON.stringify({ error: said }))
    expect(message).toMatch(/^a \[31mb c 😀+…$/u)
    expect([...message]).toHaveLength(300)
  })

  it('keeps the id that the server gave the request', () => {
    const { details } = httpError(500, { 'x-request-id': 'req_1' }, '{}', false)
    expect(details).toMatchObject({ requestId: 'req_1' })
  })

  it('asks the dialect first', () => {
    const judge = (reply: { status: number }) =>
      reply.status === 422
        ? ({ kind: 'row', reason: 'too_long', message: 'Cut it.' } as const)
        : null
    expect(httpError(422, {}, '{"error":"x"}', true, judge).message).toBe(
      'Cut it. The server says: x',
    )
    expect(httpError(401, {}, '{}', true, judge).details).toMatchObject({ reason: 'key' })
  })

  it('reads Retry-After as seconds and as a date', () => {
    expect(retryAfterMs('3')).toBe(3000)
    expect(retryAfterMs(new Date(10_000).toUTCString(), 4_000)).toBe(6_000)
    expect(retryAfterMs('soon')).toBeUndefined()
  })
})
