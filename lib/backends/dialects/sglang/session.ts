import type { ClassifyError } from '@/lib/backends/http/errors'
import { fieldsIfOffered } from '@/lib/backends/scoring/ask'
import type { ScoringConfig } from '@/lib/backends/scoring/config'
import { chooseModel, listModels, statedFacts } from '@/lib/backends/scoring/models'
import type { ScoringServer } from '@/lib/backends/scoring/open'
import { countOf, fieldsOf, textOf } from '@/lib/backends/scoring/wire'
import { routesOf, textUnder, tokenizeRoute } from '@/lib/backends/tokenizer/routes'
import { WARM_UP_MS } from '../openai/chat'
import { continueIds, scoreIds, scoreText, type SglangTarget } from './score'

const INFO = '/get_server_info'
const SAFE_FLAGS = '--mem-fraction-static 0.7 --chunked-prefill-size 2048'

/** What SGLang's refusals mean: its own route answers 400 with a sentence for everything. */
const classifySglang: ClassifyError = ({ status, message, isList }) => {
  if (status !== 400) return null
  const one = isList ? 'split' : 'row'
  if (/longer than the model|context length|exceeds? the maximum/i.test(message)) {
    return { kind: one, reason: 'too_long' }
  }
  if (/not supported|unrecognized|invalid value for/i.test(message)) {
    return { kind: 'config', reason: 'refused' }
  }
  return null
}

/** SGLang: scores ids through its own /generate route. */
export const sglangServer: ScoringServer<ScoringConfig, SglangTarget> = {
  classify: classifySglang,
  async plan(client, config, signal) {
    // Not every version has every route of information.
    const info = await fieldsIfOffered(client, INFO, signal)
    const listed = chooseModel(await listModels(client, signal), config.model)
    const model = listed.id
    return {
      served: {
        server: `SGLang ${textOf(info.version)}`.trim(),
        model,
        contextLength: listed.contextLength ?? countOf(info.context_length) ?? config.contextLength,
      },
      tokenizer: () => ({
        routes: routesOf(client, {
          tokenize: tokenizeRoute(model),
          detokenize: {
            path: '/detokenize',
            body: (tokens) => ({ model, tokens, skip_special_tokens: false }),
            // Its name changed between versions.
            read: (json) =>
              textUnder('text' in fieldsOf(json, 'the top') ? 'text' : 'prompt')(json),
          },
        }),
      }),
      noTokenizer: {
        state: 'no',
        reason: 'The server has no /tokenize route, and no tokenizer file is named.',
        remedy: "Update SGLang, or name the model's tokenizer.json in tokenizerFile.",
      },
      sample: 'a b c',
      // Some versions refuse to generate nothing.
      trials: ([0, 1] as const).map((newTokens) => async (sample) => {
        const target = { client, newTokens }
        await scoreIds(target, [sample?.ids as Int32Array], signal, WARM_UP_MS)
        return target
      }),
      refused: (said) => ({
        state: 'no',
        reason: `/generate gave no scores of the prompt: ${said}`,
        remedy:
          'Serve a generating model, and do not put a gateway in front that drops return_logprob.',
        flag: SAFE_FLAGS,
      }),
      scoring: { ids: scoreIds },
      scoreText,
      continue: (target, { ids }, count, abort) => continueIds(target, ids, count, abort),
      async describe(abort) {
        const { dtype, quantization, model_path } = await fieldsIfOffered(client, INFO, abort)
        return statedFacts({
          dtype: textOf(dtype),
          quantisation: textOf(quantization),
          place: textOf(model_path),
        })
      },
      missing: {
        embed: {
          state: 'no',
          reason: 'A generating SGLang server has no embeddings.',
          remedy: 'Start a second server for an embedding model and add it as OpenAI-compatible.',
          flag: '--is-embedding',
        },
      },
      remedies: {
        promptLogprobs: {
          remedy: 'Scoring from the first token bypasses the prefix cache; keep the chunks small.',
          flag: SAFE_FLAGS,
        },
      },
    }
  },
}
