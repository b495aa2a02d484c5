import { tgi } from '@/lib/backends/dialects/tgi'
import { BigramModel, type Fault } from '@/lib/testing/servers/bigram'
import { loadExchange, replaying } from '@/lib/testing/recordings/exchange'
import { tgiServer, type TgiOptions } from '@/lib/testing/servers/tgi'
import type { Subject } from '../subject'

const has = ['chat', 'structured', 'outputLogprobs', 'promptLogprobs', 'tokenize'] as const

const server = (options: TgiOptions = {}, fault: Fault | null = null, bos = true) =>
  tgiServer(new BigramModel(bos, fault), options)

/** TGI: text only, with and without a BOS, which its tokenizer route lists or not. */
export const TGI_SUBJECTS: readonly Subject[] = [
  {
    name: 'TGI',
    kind: tgi,
    config: (url) => ({ baseUrl: url, dtype: 'bfloat16' }),
    has,
    serve: () => server(),
    wire: 'tgi',
    errors: {
      err_generation: { call: 'score', kind: 'retry', reason: 'engine' },
      err_overloaded: { call: 'score', kind: 'retry', reason: 'rate_limit' },
      err_validation: { call: 'score', kind: 'row' },
    },
    refusals: [
      {
        name: 'prefill switched off (documented)',
        serve: () =>
          replaying(
            loadExchange('tgi', 'generate_prefill_disabled'),
            server({ noPrefill: true }, null, false),
          ),
        capability: 'promptLogprobs',
        because: /no log-probabilities/,
      },
      {
        name: 'prefill switched off',
        serve: () => server({ noPrefill: true }),
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
    name: 'TGI, BOS listed',
    kind: tgi,
    config: (url) => ({ baseUrl: url }),
    has,
    serve: () => server({ listsBos: true }),
  },
  {
    name: 'TGI without BOS',
    kind: tgi,
    config: (url) => ({ baseUrl: url }),
    has,
    serve: () => server({}, null, false),
  },
]
