import { AppError } from '@/lib/errors'
import type { HttpClient } from '@/lib/backends/http/client'
import type { ClassifyError } from '@/lib/backends/http/errors'
import type { ServerConfig } from '@/lib/backends/scoring/config'
import { continuePrompt } from '@/lib/backends/scoring/echo'
import { chooseModel, listModels } from '@/lib/backends/scoring/models'
import type { ScoringServer } from '@/lib/backends/scoring/open'
import { refuseJoin } from '@/lib/backends/scoring/text-only'
import {
  idsUnder,
  routesOf,
  textUnder,
  type TokenizerRoutes,
} from '@/lib/backends/tokenizer/routes'
import type { CapabilityState } from '@/lib/backends/types'
import { WARM_UP_MS } from '../openai/chat'
import { echoText, readEcho, type Echo } from './score'

const SAMPLE = 'a b c'
const FLAG = '--logits_all true'

/** What the server's refusals mean: it answers 500 for wrong settings as well. */
const classifyLlamaCppPython: ClassifyError = ({ status, code, message }) => {
  if (code === 'model_not_found') {
    return { kind: 'config', reason: 'not_offered', code: 'capability_missing' }
  }
  if (status === 500 && /logits_all/i.test(message)) {
    return {
      kind: 'config',
      reason: 'logits_all',
      code: 'capability_missing',
      message: 'The server was started without the option that keeps all logits.',
    }
  }
  return null
}

const SHIFTED: CapabilityState = {
  state: 'no',
  reason:
    'The model has no BOS in front of a text, and without one this server pairs every token with the scores after it: all values are off by one.',
  remedy:
    'Score with another server (vLLM, SGLang) or with the embedded engine, which takes the same GGUF file.',
}

/**
 * Returns the tokenizer routes, without the BOS that the server puts in front of every text and never lists with a score.
 * Whether the route lists it is found by comparing with the counts of the echoed sample.
 */
async function shownRoutes(
  client: HttpClient,
  echo: Echo,
  signal?: AbortSignal,
): Promise<TokenizerRoutes> {
  const routes = routesOf(client, {
    tokenize: {
      path: '/extras/tokenize',
      body: (text) => ({ input: text }),
      read: idsUnder('tokens'),
    },
    detokenize: {
      path: '/extras/detokenize',
      body: (tokens) => ({ tokens }),
      read: textUnder('text'),
    },
  })
  const listed = echo.tokens.length
  const hidden = (await routes.tokenize(SAMPLE, true, signal)).length - listed
  if (hidden !== 0 && !(hidden === 1 && echo.counted === listed + 1)) {
    throw new AppError(
      'capability_missing',
      'The server scores other tokens than its tokenizer route lists.',
      { details: { kind: 'config', reason: 'special_tokens', httpStatus: null } },
    )
  }
  return {
    ...routes,
    // Seen from outside the tokenizer adds nothing: what it adds never shows.
    tokenize: async (text, addSpecial, abort) =>
      (await routes.tokenize(text, addSpecial, abort)).slice(hidden),
  }
}

/** llama-cpp-python: scores text only, and only with a BOS, whose own place it never shows. */
export const llamaCppPythonServer: ScoringServer<ServerConfig, Echo> = {
  classify: classifyLlamaCppPython,
  async plan(client, config, signal) {
    const model = chooseModel(await listModels(client, signal), config.model).id
    const { contextLength } = config
    return {
      served: { server: 'llama-cpp-python', model, contextLength },
      longestPrompt: contextLength,
      chat: {
        // Its chat route takes a schema beside the type.
        request: (body, { params }) =>
          params.jsonSchema
            ? { ...body, response_format: { type: 'json_object', schema: params.jsonSchema } }
            : body,
      },
      tokenizer: (echo) => (echo ? { routes: () => shownRoutes(client, echo, signal) } : {}),
      noTokenizer: {
        state: 'no',
        reason: 'Its tokens are of use with prompt scores only, which the server does not give.',
        remedy: 'See the log-probabilities of given text.',
      },
      sample: SAMPLE,
      trialFirst: true,
      trials: [() => echoText(client, model, SAMPLE, signal, WARM_UP_MS)],
      refused: (said) => ({
        state: 'no',
        reason: said,
        remedy: 'Start the server so that it keeps the logits of all tokens.',
        flag: FLAG,
      }),
      unusable: (echo) => (echo.counted === echo.tokens.length + 1 ? null : SHIFTED),
      settings: () => ({ scoring: 'echo', hiddenBos: true }),
      scoring: {
        async text(_target, text, ids, isList, abort) {
          const echo = await echoText(client, model, text, abort)
          if (echo.tokens.length !== ids.length) refuseJoin(isList)
          return readEcho(echo, ids.length)
        },
      },
      continue: (_target, { text }, count, abort) =>
        continuePrompt(client, model, text, count, abort),
      remedies: {
        promptLogprobs: { remedy: 'Keep the logits of all tokens.', flag: FLAG },
        chat: { remedy: 'Name the chat format of the model.', flag: '--chat_format FORMAT' },
      },
    }
  },
}
