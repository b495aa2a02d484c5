import { AppError } from '@/lib/errors'
import type { HttpClient } from '@/lib/backends/http/client'
import type { ClassifyError } from '@/lib/backends/http/errors'
import { getJson } from '@/lib/backends/scoring/ask'
import type { ScoringConfig } from '@/lib/backends/scoring/config'
import { statedFacts } from '@/lib/backends/scoring/models'
import type { ScoringServer } from '@/lib/backends/scoring/open'
import { refuseJoin } from '@/lib/backends/scoring/text-only'
import { countOf, fieldsOf, textOf } from '@/lib/backends/scoring/wire'
import { WARM_UP_MS, type ChatVariant } from '../openai/chat'
import { continueText, scoreText } from './score'
import { tgiRoutes } from './tokens'

const SAMPLE = 'a b c'
const FLAG = '--enable-prefill-logprobs'

/** What TGI's refusals mean: 422 for one text that does not validate, 424 and 500 for a failed generation. */
const classifyTgi: ClassifyError = ({ status, message }) => {
  if (status !== 422) return null
  if (/grammar|schema|regex/i.test(message)) return { kind: 'config', reason: 'bad_schema' }
  if (
    /(temperature|top_p|top_k|seed|stop|best_of|decoder_input_details)`? (must|is|for)/i.test(
      message,
    )
  ) {
    return { kind: 'config', reason: 'parameter' }
  }
  const long = /tokens?|length|too long|must be <=/i.test(message)
  return { kind: 'row', reason: long ? 'too_long' : 'refused' }
}

/** TGI's chat route: schemas in its own form, no temperature of 0, a share of 1 refused, no top-k and min-p. */
const CHAT: ChatVariant = {
  request({ top_k: topK, min_p: minP, response_format: format, ...rest }, { params }) {
    if (topK !== 0 || minP !== 0) {
      throw new AppError(
        'capability_missing',
        "TGI's chat route has no top-k and no min-p. Set both to 0.",
      )
    }
    if (rest.top_p === 1) delete rest.top_p
    if (rest.temperature === 0) delete rest.temperature
    return format ? { ...rest, response_format: { type: 'json', value: params.jsonSchema } } : rest
  },
}

async function readInfo(client: HttpClient, signal?: AbortSignal, withoutKey = false) {
  const info = fieldsOf(await getJson(client, '/info', signal, withoutKey), 'the top')
  return {
    info,
    model: textOf(info.model_id),
    revision: textOf(info.model_sha),
    dtype: textOf(info.model_dtype),
  }
}

/** TGI: scores text only, so a row is scored where its text has exactly the tokens asked for. */
export const tgiServer: ScoringServer<ScoringConfig, { ids: Int32Array }> = {
  classify: classifyTgi,
  async plan(client, config, signal) {
    const { info, model, revision, dtype } = await readInfo(client, signal)
    return {
      served: {
        server: `TGI ${textOf(info.version)}`.trim(),
        model: model || config.model,
        contextLength: countOf(info.max_total_tokens) ?? config.contextLength,
        revision,
        dtype,
      },
      longestPrompt: countOf(info.max_input_tokens),
      // The server has one model and takes any name.
      asked: null,
      chat: CHAT,
      tokenizer: (target) => ({
        routes: () => tgiRoutes(client, SAMPLE, target?.ids ?? null, signal),
      }),
      noTokenizer: {
        state: 'no',
        reason: 'The server has no /tokenize route.',
        remedy: 'Update the server (text-generation-inference 1.4 or later).',
      },
      sample: SAMPLE,
      trialFirst: true,
      trials: [async () => ({ ids: (await scoreText(client, SAMPLE, signal, WARM_UP_MS)).ids })],
      refused: (said) => ({
        state: 'no',
        reason: said,
        remedy: 'Start the server with log-probabilities of the prompt switched on.',
        flag: FLAG,
      }),
      scoring: {
        async text(_target, text, ids, isList, abort) {
          const prefill = await scoreText(client, text, abort)
          const same =
            prefill.ids.length === ids.length && ids.every((id, i) => id === prefill.ids[i])
          return same ? prefill.scores : refuseJoin(isList)
        },
      },
      scoreText: (_target, text, abort) => scoreText(client, text, abort),
      continue: (_target, { text }, count, abort) => continueText(client, text, count, abort),
      async describe(abort) {
        const now = await readInfo(client, abort)
        return statedFacts({ model: now.model, revision: now.revision, dtype: now.dtype })
      },
      models: async (abort) => [(await readInfo(client, abort)).model],
      withoutKey: (abort) => readInfo(client, abort, true),
      remedies: { promptLogprobs: { remedy: 'Check the launch options.', flag: FLAG } },
    }
  },
}
