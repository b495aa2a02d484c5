import { sglang } from '@/lib/backends/dialects/sglang'
import { sglangServer } from '@/lib/testing/servers/sglang'
import { bigramServer, named, recorded, refusal, SCORING, scoring, type Subject } from '../subject'

const server = bigramServer(sglangServer, false)

/** SGLang, with and without leave to generate nothing. */
export const SGLANG_SUBJECTS: readonly Subject[] = [
  {
    name: 'SGLang',
    ...scoring(sglang, 'bfloat16'),
    serve: () => server({}, null, true),
    wire: 'sglang',
    errors: { err_bad_request: { call: 'score', kind: 'row', reason: 'refused' } },
    refusals: [
      refusal(
        'no scores of the prompt by default (documented)',
        () => recorded('sglang', 'generate_default_no_prompt_scores', server()),
        /no list|no scores|no log-probabilities/,
      ),
      refusal('return_logprob ignored', () => server({ ignores: true }), /no log-probabilities/),
      refusal('shifted by one', () => server({}, 'shifted'), /shifted/),
      refusal('clamped to -9999', () => server({}, 'clamped'), /clamped/),
    ],
  },
  {
    name: 'SGLang, one token at least',
    kind: sglang,
    config: named({ model: 'default', dtype: 'float32' }),
    has: SCORING,
    serve: () => server({ wantsOne: true }),
  },
]
