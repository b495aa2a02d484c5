import { readPromptLogprobs } from '@/lib/backends/dialects/vllm/score'

/** How fast replies with prompt scores are read. */
export interface ReplyParsingBench {
  bytesPerToken: number
  tokensPerSecond: number
}

const PROMPTS = 16
const TOKENS = 512
// The best of several, because other programs share the machine.
const RUNS = 15
const VOCABULARY = 49_152

function reply(sequences: readonly Int32Array[]): string {
  const choices = sequences.map((ids, index) => ({
    index,
    text: ',',
    logprobs: null,
    finish_reason: 'length',
    prompt_logprobs: Array.from(ids, (id, i) =>
      i === 0
        ? null
        : {
            [String(id)]: {
              logprob: -((id % 997) + 1) / 90.7,
              rank: (id % 900) + 1,
              decoded_token: ` word${id % 10}`,
            },
          },
    ),
  }))
  return JSON.stringify({ id: 'cmpl-1', object: 'text_completion', model: 'NAME', choices })
}

/** Parses and checks replies in the shape of vLLM's, about 76 bytes a token, on one thread. */
export function benchReplyParsing(): ReplyParsingBench {
  const sequences = Array.from({ length: PROMPTS }, (_, n) =>
    Int32Array.from({ length: TOKENS }, (_, i) => (i * 7919 + n * 31) % VOCABULARY),
  )
  const body = reply(sequences)
  let best = Infinity
  for (let run = 0; run < RUNS; run += 1) {
    const started = performance.now()
    const { choices } = JSON.parse(body) as { choices: { prompt_logprobs: unknown }[] }
    choices.forEach((choice, n) =>
      readPromptLogprobs(choice.prompt_logprobs, sequences[n] as Int32Array),
    )
    best = Math.min(best, performance.now() - started)
  }
  const tokens = PROMPTS * TOKENS
  return { bytesPerToken: body.length / tokens, tokensPerSecond: (tokens * 1000) / best }
}
