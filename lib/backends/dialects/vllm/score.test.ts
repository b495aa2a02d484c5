import { describe, expect, it } from 'vitest'
import { failureKind } from '@/lib/backends/session/request-error'
import { loadExchange } from '@/lib/testing/recordings/exchange'
import { readEcho, readPromptLogprobs } from './score'

interface Choice {
  prompt_logprobs: unknown
  logprobs: unknown
  prompt_token_ids: number[]
}

const choices = (name: string) =>
  (loadExchange('vllm', name).response as { choices: Choice[] }).choices
const choice = (name: string) => choices(name)[0] as Choice
const rounded = (scores: Float32Array) => [...scores].map((value) => Number(value.toFixed(4)))

function thrown(run: () => unknown) {
  try {
    run()
  } catch (error) {
    return [failureKind(error), (error as { details: { reason: string } }).details.reason]
  }
  return null
}

// The recorded prompt "Name three fruits.\nApple".
const IDS = Int32Array.of(5820, 1296, 5574, 30, 198, 39080)
const SCORES = [NaN, -13.1916, -8.9766, -2.6484, -1.7844, -7.9287]

describe('prompt_logprobs', () => {
  it('reads two recorded prompts, each by its own ids', () => {
    const [long, short] = choices('prompt_logprobs_ids') as [Choice, Choice]
    const ids = Int32Array.of(...IDS, 28, 17306)
    expect(rounded(readPromptLogprobs(long.prompt_logprobs, ids))).toEqual([
      ...SCORES,
      -1.4555,
      -4.0843,
    ])
    expect(
      rounded(readPromptLogprobs(short.prompt_logprobs, Int32Array.of(39080, 28, 17306))),
    ).toEqual([NaN, -2.1579, -12.3527])
  })

  it('takes the given token by its id where an alternative stands before it', () => {
    const { prompt_logprobs: list } = choice('prompt_logprobs_text_k1')
    // Parsing puts "29" before "1296", and "42" after "30".
    expect(Object.keys((list as object[])[1] as object)[0]).toBe('29')
    expect(rounded(readPromptLogprobs(list, IDS))).toEqual(SCORES)
  })

  it('reads the whole recorded probe', () => {
    const { prompt_logprobs: list, prompt_token_ids: ids } = choice('probe_score_continuation')
    const scores = readPromptLogprobs(list, Int32Array.from(ids))
    const generated = [
      -0.4616410434246063, -1.2967286109924316, -1.1884526014328003, -1.6544015407562256,
    ]
    generated.forEach((value, i) => expect(scores[13 + i]).toBeCloseTo(value, 4))
  })

  it('gives one token no score', () => {
    const { prompt_logprobs: list } = choice('prompt_logprobs_one_token')
    expect(readPromptLogprobs(list, Int32Array.of(5820))).toEqual(Float32Array.of(NaN))
  })

  it('refuses what belongs to another prompt', () => {
    const { prompt_logprobs: cut } = choice('prompt_logprobs_truncated')
    expect(thrown(() => readPromptLogprobs(cut, IDS))).toEqual(['data_error', 'count'])
    const { prompt_logprobs: whole } = choice('prompt_logprobs_text_return_ids')
    const other = IDS.slice()
    other[3] = 31
    expect(thrown(() => readPromptLogprobs(whole, other))).toEqual(['data_error', 'tokens'])
    const { prompt_logprobs: none } = choice('unknown_field_ignored')
    expect(thrown(() => readPromptLogprobs(none, IDS))).toEqual(['data_error', 'ignored'])
  })

  it.each([
    ['null', '[null,null]', 'tokens'],
    ['an infinite value', '[null,{"7":{"logprob":-1e999}}]', 'score'],
    ['a text', '[null,{"7":{"logprob":"-1"}}]', 'score'],
    ['no value', '[null,{"7":{"rank":1}}]', 'score'],
    ['a positive value', '[null,{"7":{"logprob":0.5}}]', 'score'],
    ['a prototype', '[null,{"__proto__":{"7":{"logprob":-1}}}]', 'tokens'],
  ])('refuses %s', (_, json, reason) => {
    const list = JSON.parse(json) as unknown
    expect(thrown(() => readPromptLogprobs(list, Int32Array.of(6, 7)))).toEqual([
      'data_error',
      reason,
    ])
  })

  it('passes a clamped value on, and takes rounding above zero for zero', () => {
    const list = [null, { 7: { logprob: -9999 } }, { 8: { logprob: 1e-7 } }]
    expect(readPromptLogprobs(list, Int32Array.of(6, 7, 8))).toEqual(Float32Array.of(NaN, -9999, 0))
  })
})

describe('echo', () => {
  it('reads tokens written as ids', () => {
    expect(rounded(readEcho(choice('echo_tokens_as_ids').logprobs, IDS))).toEqual(SCORES)
  })

  it('cuts the generated token off', () => {
    const logprobs = {
      tokens: ['token_id:6', 'token_id:7', 'token_id:9'],
      token_logprobs: [null, -1, -2],
    }
    expect(readEcho(logprobs, Int32Array.of(6, 7))).toEqual(Float32Array.of(NaN, -1))
  })

  it('refuses tokens by text, other tokens and too few', () => {
    expect(thrown(() => readEcho(choice('echo_ids_max_tokens_0').logprobs, IDS))).toEqual([
      'data_error',
      'tokens',
    ])
    expect(thrown(() => readEcho(choice('echo_text').logprobs, IDS))).toEqual([
      'data_error',
      'tokens',
    ])
    const logprobs = { tokens: ['token_id:6'], token_logprobs: [null] }
    expect(thrown(() => readEcho(logprobs, Int32Array.of(6, 7)))).toEqual(['data_error', 'count'])
  })
})
