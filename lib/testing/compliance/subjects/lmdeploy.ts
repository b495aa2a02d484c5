import { lmdeploy } from '@/lib/backends/dialects/lmdeploy'
import { lmdeployServer } from '@/lib/testing/servers/lmdeploy'
import { bigramServer, CHAT, named, recorded, refusal, type Subject } from '../subject'

const server = bigramServer(lmdeployServer, true)

/** LMDeploy's OpenAI-compatible server: chat, with the vocabulary's pieces as tokens, and ids of texts. */
export const LMDEPLOY_SUBJECTS: readonly Subject[] = [
  {
    name: 'LMDeploy',
    kind: lmdeploy,
    config: named(),
    has: [...CHAT, 'tokenize'],
    serve: () => server(),
    wire: 'lmdeploy',
    errors: {
      err_logprobs_off: { call: 'chat', kind: 'config', reason: 'not_offered' },
      err_model_not_found: { call: 'chat', kind: 'config', reason: 'not_offered' },
      err_parameter: { call: 'chat', kind: 'config', reason: 'parameter' },
    },
    refusals: [
      refusal('no scores of a prompt (documented)', () => server(), /one mean/),
      refusal(
        'started without log-probabilities',
        () => server({ logprobsOff: true }),
        /started without/,
        'outputLogprobs',
      ),
      refusal(
        'logits in the place of log-probabilities',
        () => server({ logits: true }),
        /logits/,
        'outputLogprobs',
      ),
      refusal(
        'tokens of another text',
        () => server({ hidesThoughts: true }),
        /do not make up/,
        'outputLogprobs',
      ),
      refusal(
        'log-probabilities null (documented)',
        () =>
          recorded(
            'lmdeploy',
            'chat_logprobs_null',
            server(),
            ({ body }) => body.logprobs === true,
          ),
        /no log-probabilities/,
        'outputLogprobs',
      ),
    ],
  },
  {
    name: 'LMDeploy, SentencePiece, no BOS',
    kind: lmdeploy,
    config: named({ model: 'default' }),
    has: [...CHAT, 'tokenize'],
    serve: () => server({ sentencePiece: true }, null, false),
  },
]
