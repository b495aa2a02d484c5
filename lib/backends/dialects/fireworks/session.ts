import type { ClassifyError } from '@/lib/backends/http/errors'
import type { ScoringConfig } from '@/lib/backends/scoring/config'
import { continuePrompt } from '@/lib/backends/scoring/echo'
import { findModel, listModels } from '@/lib/backends/scoring/models'
import { NAME_A_FILE, type ScoringServer } from '@/lib/backends/scoring/open'
import { CHECK_TEXT } from '@/lib/backends/tokenizer'
import { WARM_UP_MS } from '../openai/chat'
import { withContent } from '../openai/logprobs'
import { scoreIds, scoreText } from './score'

/** What Fireworks' refusals mean: 422 lists fields of the request that do not validate, which no other row would change. */
const classifyFireworks: ClassifyError = ({ status, message }) => {
  if (status !== 422) return null
  return /"loc"/.test(message) ? { kind: 'config', reason: 'parameter' } : null
}

/** Fireworks: scores ids by echo. */
export const fireworksServer: ScoringServer<ScoringConfig, { ids: Int32Array; replied: string }> = {
  classify: classifyFireworks,
  async plan(client, config, signal) {
    const { id: model, contextLength } = findModel(await listModels(client, signal), config)
    return {
      served: { server: 'Fireworks', model, contextLength },
      chat: { reply: withContent },
      tokenizer: (target) => (target ? { serverIds: async () => target.ids } : {}),
      noTokenizer: NAME_A_FILE,
      sample: CHECK_TEXT,
      // Without the file nothing could be scored, so nothing is spent on finding out.
      trialFirst: config.tokenizerFile !== null,
      trials: [
        async () => {
          const echo = await scoreText(client, model, CHECK_TEXT, signal, WARM_UP_MS)
          return { ids: echo.ids, replied: echo.model || model }
        },
      ],
      refused: (said) => ({
        state: 'no',
        reason: said,
        remedy: 'Not every model of the service echoes scores; try another.',
      }),
      replied: ({ replied }) => replied,
      settings: () => ({ scoring: 'echo' }),
      scoring: {
        ids: ({ replied }, sequences, abort) =>
          scoreIds({ client, model, replied }, sequences, abort),
      },
      scoreText: (_target, text, abort) => scoreText(client, model, text, abort),
      continue: (_target, { ids }, count, abort) =>
        continuePrompt(client, model, ids, count, abort),
    }
  },
}
