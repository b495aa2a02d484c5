import { fireworks } from '@/lib/backends/dialects/fireworks'
import { together } from '@/lib/backends/dialects/together'
import { fireworksServer, togetherServer } from '@/lib/testing/servers/hosted'
import { bigramServer, CHAT, named, recorded, refusal, SCORING, type Subject } from '../subject'
import { bigramTokenizerFile } from '../tokenizer-file'

const config = (bos: boolean) =>
  named({ dtype: 'bfloat16', tokenizerFile: bigramTokenizerFile(bos) })
const onTogether = bigramServer(togetherServer, true)
const onFireworks = bigramServer(fireworksServer, true)

const TOGETHER: readonly Subject[] = [
  {
    name: 'Together, BOS listed',
    kind: together,
    config: config(true),
    has: SCORING,
    serve: () => onTogether(),
    wire: 'together',
    errors: { err_rate_limit: { call: 'score', kind: 'retry', reason: 'rate_limit' } },
    refusals: [
      refusal(
        'no echo (documented)',
        () => recorded('together', 'completions_no_echo', onTogether()),
        /ignored/,
      ),
      refusal('shifted by one', () => onTogether({}, 'shifted'), /shifted/),
      refusal(
        'a tokenizer file of another model',
        () => onTogether({}, null, false),
        /apart|another|tokens/,
      ),
    ],
  },
  {
    name: 'Together, BOS unlisted',
    kind: together,
    config: config(true),
    has: SCORING,
    serve: () => onTogether({ listing: 'unlisted' }),
  },
  {
    name: 'Together, BOS hidden',
    kind: together,
    config: config(true),
    has: SCORING,
    serve: () => onTogether({ listing: 'hidden' }),
  },
  {
    name: 'Together, no tokenizer file',
    kind: together,
    config: named(),
    has: CHAT,
    serve: () => onTogether(),
  },
]

const FIREWORKS: readonly Subject[] = [
  {
    name: 'Fireworks',
    kind: fireworks,
    config: config(true),
    has: SCORING,
    serve: () => onFireworks(),
    wire: 'fireworks',
    errors: { err_validation: { call: 'score', kind: 'config' } },
    refusals: [
      refusal('echo ignored', () => onFireworks({ ignoresEcho: true }), /scores came back/),
      refusal('shifted by one', () => onFireworks({}, 'shifted'), /shifted/),
      refusal(
        'a BOS put in front of ids that have one',
        () => onFireworks({ addsBos: true }),
        /other tokens|differ/,
      ),
    ],
  },
  {
    name: 'Fireworks without BOS',
    kind: fireworks,
    config: config(false),
    has: SCORING,
    serve: () => onFireworks({}, null, false),
  },
]

/** Hosted services with an echo. */
export const HOSTED_SUBJECTS: readonly Subject[] = [...TOGETHER, ...FIREWORKS]
