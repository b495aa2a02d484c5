import { afterEach, describe, expect, it, vi } from 'vitest'
import { deleteStudyEndpoint, listStudiesEndpoint } from '@/lib/api/studies'
import { call, isRetryable, toApiError } from './api'

afterEach(() => vi.unstubAllGlobals())

describe('errors', () => {
  it('keeps code and message of the server', () => {
    const body = JSON.stringify({
      error: { code: 'conflict', message: 'Taken.', details: { a: 1 } },
    })
    expect(toApiError(409, body, 'POST /x')).toMatchObject({
      code: 'conflict',
      message: 'Taken.',
      details: { a: 1 },
    })
  })
  it('gives a plain message for a body that is no error of ours', () => {
    expect(toApiError(502, '<html>', 'GET /x').message).toContain('502')
    expect(toApiError(401, '', 'GET /x').code).toBe('unauthorized')
  })
  it('is offline, and worth a retry, when nothing answers', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')))
    const error: unknown = await call(listStudiesEndpoint, { query: {} }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'offline' })
    expect(isRetryable(error)).toBe(true)
    expect(isRetryable(toApiError(404, '', ''))).toBe(false)
  })
  it('returns undefined for an empty body', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, { status: 204 })))
    await expect(call(deleteStudyEndpoint, { params: { studyId: 'x' } })).resolves.toBeUndefined()
  })
})
