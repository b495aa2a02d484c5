import { fireworks } from '@/lib/backends/dialects/fireworks'
import { together } from '@/lib/backends/dialects/together'
import { BigramModel, type Fault } from '@/lib/testing/servers/bigram'
import { loadExchange, replaying } from '@/lib/testing/recordings/exchange'
import { fireworksServer, togetherServer, type HostedOptions } from '@/lib/testing/servers/hosted'
import type { Subject } from '../subject'
import { bigramTokenizerFile } from '../tokenizer-file'

const CHAT = ['chat', 'structured', 'outputLogprobs'] as const
const ALL = [...CHAT, 'promptLogprobs', 'tokenize'] as const

const config = (bos: boolean) => (url: string) => ({
  baseUrl: url,
  model: 'NAME',
  dtype: 'bfloat16',
  tokenizerFile: bigramTokenizerFile(bos),
})
const onTogether = (options: HostedOptions = {}, fault: Fault | null = null, bos = true) =>
  togetherServer(new BigramModel(bos, fault), options)
const onFireworks = (options: HostedOptions = {}, fault: Fault | null = null, bos = true) =>
  fireworksServer(new BigramModel(bos, fault), options)

const TOGETHER: readonly Subject[] = [
  {
    name: 'Together, BOS listed',
    kind: together,
    config: config(true),
    has: ALL,
    serve: () => onTogether(),
    wire: 'together',
    errors: { err_rate_limit: { call: 'score', kind: 'retry', reason: 'rate_limit' } },
    refusals: [
      {
        name: 'no echo (documented)',
        serve: () => replaying(loadExchange('together', 'completions_no_echo'), onTogether()),
        capability: 'promptLogprobs',
        because: /ignored/,
      },
      {
        name: 'shifted by one',
        serve: () => onTogether({}, 'shifted'),
        capability: 'promptLogprobs',
        because: /shifted/,
      },
      {
        name: 'a tokenizer file of another model',
        serve: () => onTogether({}, null, false),
        capability: 'promptLogprobs',
        because: /apart|another|tokens/,
      },
    ],
  },
  {
    name: 'Together, BOS unlisted',
    kind: together,
    config: config(true),
    has: ALL,
    serve: () => onTogether({ listing: 'unlisted' }),
  },
  {
    name: 'Together, BOS hidden',
    kind: together,
    config: config(true),
    has: ALL,
    serve: () => onTogether({ listing: 'hidden' }),
  },
  {
    name: 'Together, no tokenizer file',
    kind: together,
    config: (url) => ({ baseUrl: url, model: 'NAME' }),
    has: CHAT,
    serve: () => onTogether(),
  },
]

const FIREWORKS: readonly Subject[] = [
  {
    name: 'Fireworks',
    kind: fireworks,
    config: config(true),
    has: ALL,
    serve: () => onFireworks(),
    wire: 'fireworks',
    errors: { err_validation: { call: 'score', kind: 'config' } },
    refusals: [
      {
        name: 'echo ignored',
        serve: () => onFireworks({ ignoresEcho: true }),
        capability: 'promptLogprobs',
        because: /scores came back/,
      },
      {
        name: 'shifted by one',
        serve: () => onFireworks({}, 'shifted'),
        capability: 'promptLogprobs',
        because: /shifted/,
      },
      {
        name: 'a BOS put in front of ids that have one',
        serve: () => onFireworks({ addsBos: true }),
        capability: 'promptLogprobs',
        because: /other tokens|differ/,
      },
    ],
  },
  {
    name: 'Fireworks without BOS',
    kind: fireworks,
    config: config(false),
    has: ALL,
    serve: () => onFireworks({}, null, false),
  },
]

/** Hosted services with an echo. */
export const HOSTED_SUBJECTS: readonly Subject[] = [...TOGETHER, ...FIREWORKS]
