import { tgi } from '@/lib/backends/dialects/tgi'
import { tgiServer } from '@/lib/testing/servers/tgi'
import { bigramServer, named, recorded, refusal, SCORING, scoring, type Subject } from '../subject'

const server = bigramServer(tgiServer, true)

/** TGI: text only, with and without a BOS, which its tokenizer route lists or not. */
export const TGI_SUBJECTS: readonly Subject[] = [
  {
    name: 'TGI',
    ...scoring(tgi, 'bfloat16'),
    serve: () => server(),
    wire: 'tgi',
    errors: {
      err_generation: { call: 'score', kind: 'retry', reason: 'engine' },
      err_overloaded: { call: 'score', kind: 'retry', reason: 'rate_limit' },
      err_validation: { call: 'score', kind: 'row' },
    },
    refusals: [
      refusal(
        'prefill switched off (documented)',
        () =>
          recorded('tgi', 'generate_prefill_disabled', server({ noPrefill: true }, null, false)),
        /no log-probabilities/,
      ),
      refusal('prefill switched off', () => server({ noPrefill: true }), /no log-probabilities/),
      refusal('shifted by one', () => server({}, 'shifted'), /shifted/),
      refusal('clamped to -9999', () => server({}, 'clamped'), /clamped/),
    ],
  },
  {
    name: 'TGI, BOS listed',
    kind: tgi,
    config: named({ model: 'default' }),
    has: SCORING,
    serve: () => server({ listsBos: true }),
  },
  {
    name: 'TGI without BOS',
    kind: tgi,
    config: named({ model: 'default' }),
    has: SCORING,
    serve: () => server({}, null, false),
  },
]
