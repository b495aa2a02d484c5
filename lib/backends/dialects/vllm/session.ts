import type { ClassifyError } from '@/lib/backends/http/errors'
import { fieldsIfOffered } from '@/lib/backends/scoring/ask'
import type { ScoringConfig } from '@/lib/backends/scoring/config'
import { chooseModel, listModels, statedFacts } from '@/lib/backends/scoring/models'
import type { ScoringServer } from '@/lib/backends/scoring/open'
import { textOf } from '@/lib/backends/scoring/wire'
import { routesOf, textUnder, tokenizeRoute } from '@/lib/backends/tokenizer/routes'
import type { CapabilityState } from '@/lib/backends/types'
import { WARM_UP_MS } from '../openai/chat'
import { continueIds, scoreIds, scoreText, type ScoringTarget } from './score'
import { templateCall } from './template'

const SAFE_FLAGS = '--max-num-batched-tokens 2048 --gpu-memory-utilization 0.80'

/** What vLLM's refusals mean where the general rules would take them for something else. */
const classifyVllm: ClassifyError = ({ status, message, isList }) => {
  if (status !== 400) return null
  // A prompt that fills the context leaves no room for the one token that has to be generated.
  if (/is longer than the maximum model length|max_tokens must be at least 1/i.test(message)) {
    return { kind: isList ? 'split' : 'row', reason: 'too_long' }
  }
  if (/prompt list length \d+ exceeds/i.test(message)) return { kind: 'split', reason: 'too_many' }
  // "Prompt" is named as the refused parameter, but the fault is the one text.
  if (
    /must be provided and non-empty|decoder prompt cannot be empty|at least one prompt/i.test(
      message,
    )
  ) {
    return { kind: isList ? 'split' : 'row', reason: 'empty_prompt' }
  }
  if (/^1 validation error.*json_invalid/is.test(message))
    return { kind: 'bug', reason: 'parse_error' }
  if (/grammar error/i.test(message)) return { kind: 'config', reason: 'bad_schema' }
  return null
}

const NO_EMBEDDINGS: CapabilityState = {
  state: 'no',
  reason: 'A generating vLLM server has no embeddings route.',
  remedy:
    'Start a second server for an embedding model and add it as an OpenAI-compatible server for embeddings.',
  flag: '--runner pooling',
}

/** vLLM: scores ids by its own parameter, or by echo behind a gateway that refuses it. */
export const vllmServer: ScoringServer<ScoringConfig, ScoringTarget> = {
  classify: classifyVllm,
  async plan(client, config, signal) {
    // Services in front of vLLM may not pass the route on.
    const version = textOf((await fieldsIfOffered(client, '/version', signal)).version)
    const listed = chooseModel(await listModels(client, signal), config.model)
    const model = listed.id
    return {
      served: {
        server: version ? `vLLM ${version}` : 'vLLM',
        model,
        contextLength: listed.contextLength ?? config.contextLength,
      },
      tokenizer: () => ({
        routes: routesOf(client, {
          tokenize: tokenizeRoute(model),
          detokenize: {
            path: '/detokenize',
            body: (tokens) => ({ model, tokens }),
            read: textUnder('prompt'),
          },
        }),
      }),
      noTokenizer: {
        state: 'no',
        reason: 'The server has no /tokenize route, and no tokenizer file is named.',
        remedy:
          "Let the gateway pass /tokenize on, or name the model's tokenizer.json in tokenizerFile.",
      },
      sample: 'a b c',
      trials: (['prompt_logprobs', 'echo'] as const).map((way) => async (sample) => {
        const target = { client, model, way }
        await scoreIds(target, [sample?.ids as Int32Array], signal, WARM_UP_MS)
        return target
      }),
      refused: (said) => ({
        state: 'no',
        reason: `Neither prompt_logprobs nor echo gave scores: ${said}`,
        remedy:
          'Start a generating vLLM server (not a pooling one), not behind a gateway that drops the parameter.',
        flag: `--runner generate ${SAFE_FLAGS}`,
      }),
      settings: ({ way }) => ({ scoring: way }),
      scoring: { ids: scoreIds },
      scoreText,
      continue: (target, { ids }, count, abort) => continueIds(target, ids, count, abort),
      chatIds: () => templateCall(client, model, signal),
      async describe(abort) {
        const now = chooseModel(await listModels(client, abort), model)
        return statedFacts({ contextLength: now.contextLength, place: now.root })
      },
      missing: { embed: NO_EMBEDDINGS },
      remedies: {
        promptLogprobs: {
          remedy: 'Keep the log-probabilities raw, and the scored chunks small.',
          flag: `--logprobs-mode raw_logprobs ${SAFE_FLAGS}`,
        },
        outputLogprobs: {
          remedy: 'Allow at least five alternatives a token.',
          flag: '--max-logprobs 20',
        },
        chat: {
          remedy: 'Serve a model with a chat template, or give one.',
          flag: '--chat-template FILE',
        },
      },
    }
  },
}
