import { describe, expect, it } from 'vitest'
import type { HttpClient, HttpRequest } from '../http/client'
import { checkLengths, scoringTimeout, sendScoring } from './send'

function clientOf(latencyMs: number) {
  const sent: HttpRequest[] = []
  const client: HttpClient = {
    async send(request) {
      sent.push(request)
      return { json: {}, headers: {}, latencyMs }
    },
    close: () => undefined,
  }
  return { client, sent }
}

describe('sendScoring', () => {
  it('waits as long as a slow processor needs, then by the measured speed', async () => {
    const { client, sent } = clientOf(1_000)
    const request = { path: '/p', body: {}, tokens: 1_000 }
    await sendScoring(client, request)
    // 30 s and four times 1,000 tokens at 50 a second.
    expect(sent[0]?.timeoutMs).toBe(110_000)
    await sendScoring(client, request)
    expect(sent[1]?.timeoutMs).toBe(34_000)
    expect(scoringTimeout(client, 1_000_000)).toBe(600_000)
  })

  it('learns nothing from a warm-up or from a few tokens', async () => {
    const { client } = clientOf(1)
    await sendScoring(client, { path: '/p', body: {}, tokens: 1_000, timeoutMs: 180_000 })
    await sendScoring(client, { path: '/p', body: {}, tokens: 8 })
    expect(scoringTimeout(client, 1_000)).toBe(110_000)
  })

  it('bounds the reply by its tokens', async () => {
    const { client, sent } = clientOf(1)
    await sendScoring(client, { path: '/p', body: {}, tokens: 1_000, isList: true })
    expect(sent[0]).toMatchObject({ maxBytes: 416_384, isList: true, method: 'POST' })
  })
})

describe('checkLengths', () => {
  it('refuses one long row, and splits the list that holds one', () => {
    const [short, long] = [new Int32Array(3), new Int32Array(5)]
    expect(() => checkLengths([short, long], null)).not.toThrow()
    expect(() => checkLengths([short], 4)).not.toThrow()
    const kindOf = (list: Int32Array[]) => {
      try {
        return checkLengths(list, 4)
      } catch (error) {
        return (error as { details: { kind: string } }).details.kind
      }
    }
    expect([kindOf([long]), kindOf([short, long])]).toEqual(['row', 'split'])
  })
})
