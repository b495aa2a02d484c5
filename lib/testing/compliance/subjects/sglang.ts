import { sglang } from '@/lib/backends/dialects/sglang'
import { BigramModel, type Fault } from '@/lib/testing/servers/bigram'
import { loadExchange, replaying } from '@/lib/testing/recordings/exchange'
import { sglangServer, type SglangOptions } from '@/lib/testing/servers/sglang'
import type { Subject } from '../subject'

const has = ['chat', 'structured', 'outputLogprobs', 'promptLogprobs', 'tokenize'] as const

const server = (options: SglangOptions = {}, fault: Fault | null = null, bos = false) =>
  sglangServer(new BigramModel(bos, fault), options)

/** SGLang, with and without leave to generate nothing. */
export const SGLANG_SUBJECTS: readonly Subject[] = [
  {
    name: 'SGLang',
    kind: sglang,
    config: (url) => ({ baseUrl: url, model: 'NAME', dtype: 'bfloat16' }),
    has,
    serve: () => server({}, null, true),
    wire: 'sglang',
    errors: { err_bad_request: { call: 'score', kind: 'row', reason: 'refused' } },
    refusals: [
      {
        name: 'no scores of the prompt by default (documented)',
        serve: () =>
          replaying(loadExchange('sglang', 'generate_default_no_prompt_scores'), server()),
        capability: 'promptLogprobs',
        because: /no list|no scores|no log-probabilities/,
      },
      {
        name: 'return_logprob ignored',
        serve: () => server({ ignores: true }),
        capability: 'promptLogprobs',
        because: /no log-probabilities/,
      },
      {
        name: 'shifted by one',
        serve: () => server({}, 'shifted'),
        capability: 'promptLogprobs',
        because: /shifted/,
      },
      {
        name: 'clamped to -9999',
        serve: () => server({}, 'clamped'),
        capability: 'promptLogprobs',
        because: /clamped/,
      },
    ],
  },
  {
    name: 'SGLang, one token at least',
    kind: sglang,
    config: (url) => ({ baseUrl: url, model: 'default', dtype: 'float32' }),
    has,
    serve: () => server({ wantsOne: true }),
  },
]
