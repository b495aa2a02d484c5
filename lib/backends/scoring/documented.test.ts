import { describe, expect, it } from 'vitest'
import { readEcho as readTogether, listingOf, type Echo } from '../dialects/together/score'
import { readInputLogprobs } from '../dialects/sglang/score'
import { loadExchange } from '@/lib/testing/recordings/exchange'
import { readPrefill } from '../dialects/tgi/score'
import { listedScores, readEchoLists } from './echo'

type Json = Record<string, unknown>

describe('documented replies', () => {
  it('SGLang: triples of both prompts, checked by id', () => {
    const replies = loadExchange('sglang', 'generate_scoring_ids').response as { meta_info: Json }[]
    const [a, b] = replies as [{ meta_info: Json }, { meta_info: Json }]
    expect(readInputLogprobs(a.meta_info, Int32Array.of(11, 12, 13, 14))).toEqual(
      Float32Array.of(NaN, -2.5, -0.75, -1.25),
    )
    expect(readInputLogprobs(b.meta_info, Int32Array.of(21, 22))).toEqual(Float32Array.of(NaN, -3))
    expect(() => readInputLogprobs(b.meta_info, Int32Array.of(21, 23))).toThrow('another one')
  })

  it('SGLang: entries from an offset are not those of the whole prompt', () => {
    const { meta_info: meta } = loadExchange('sglang', 'generate_scoring_offset').response as {
      meta_info: Json
    }
    expect(() => readInputLogprobs(meta, Int32Array.of(11, 12, 13, 14))).toThrow('2 scores')
  })

  it('TGI: prefill with its ids; empty or without values it was ignored', () => {
    const details = (name: string) =>
      (loadExchange('tgi', name).response as { details: Json }).details
    expect(readPrefill(details('generate_prefill'))).toEqual({
      ids: Int32Array.of(1, 11, 12, 13),
      scores: Float32Array.of(NaN, -6.5, -2.5, -0.75),
    })
    expect(() => readPrefill(details('generate_prefill_disabled'))).toThrow('no log-probabilities')
    const nulls = { prefill: [1, 2].map((id) => ({ id, text: '', logprob: null })) }
    expect(() => readPrefill(nulls)).toThrow('no log-probabilities')
  })

  it('Together: the prompt at the top of the reply, its BOS listed', () => {
    const { prompt } = loadExchange('together', 'completions_echo').response as {
      prompt: { logprobs: Json }[]
    }
    const lists = readEchoLists(prompt[0]?.logprobs, 'prompt')
    const echo: Echo = { ...lists, model: 'org/model', counted: 4 }
    const ids = Int32Array.of(1, 11, 12, 13)
    expect(listingOf(echo, ids, 1)).toBe('listed')
    expect(readTogether(echo, ids, 'a b c', 'listed')).toEqual(
      Float32Array.of(NaN, -6.5, -2.5, -0.75),
    )
    expect(() => readTogether(echo, ids, 'a b d', 'listed')).toThrow('another text')
    expect(() => listingOf(echo, ids.subarray(2), 1)).toThrow('4 scores')
  })

  it('Fireworks: parallel lists with ids, the generated token cut off', () => {
    const { choices } = loadExchange('fireworks', 'completions_echo_ids').response as {
      choices: { logprobs: Json }[]
    }
    const lists = readEchoLists(choices[0]?.logprobs, 'choices')
    expect(lists.ids).toEqual([11, 12, 13, 14])
    expect(listedScores(lists.values, 3)).toEqual(Float32Array.of(NaN, -2.5, -0.75))
  })

  it('llama-cpp-python: one token is counted that is not listed, where there is a BOS', () => {
    const facts = (name: string) => {
      const { choices, usage } = loadExchange('llama-cpp-python', name).response as {
        choices: { logprobs: Json }[]
        usage: { prompt_tokens: number; completion_tokens: number }
      }
      const { tokens } = readEchoLists(choices[0]?.logprobs, 'choices')
      return usage.prompt_tokens - (tokens.length - usage.completion_tokens)
    }
    expect(facts('completions_echo_with_bos')).toBe(1)
    expect(facts('completions_echo_without_bos_wrong')).toBe(0)
  })
})
