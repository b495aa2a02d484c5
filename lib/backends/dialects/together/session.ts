import type { ScoringConfig } from '@/lib/backends/scoring/config'
import { continuePrompt } from '@/lib/backends/scoring/echo'
import { findModel, listModels } from '@/lib/backends/scoring/models'
import { NAME_A_FILE, type ScoringServer } from '@/lib/backends/scoring/open'
import { CHECK_TEXT } from '@/lib/backends/tokenizer'
import { WARM_UP_MS } from '../openai/chat'
import { withContent } from '../openai/logprobs'
import { echoText, listingOf, readEcho, scoreText, type Listing } from './score'

/** Together: scores text only, so a row is scored where its text has exactly the tokens asked for. */
export const togetherServer: ScoringServer<ScoringConfig, { replied: string; listing: Listing }> = {
  async plan(client, config, signal) {
    const { id: model, contextLength } = findModel(await listModels(client, signal), config)
    return {
      served: { server: 'Together', model, contextLength },
      chat: {
        // The number of alternatives stands in the place of the switch, and scores come as parallel lists.
        request: ({ logprobs, top_logprobs: count, ...body }) =>
          logprobs === true ? { ...body, logprobs: Math.max(1, Number(count)) } : body,
        reply: withContent,
      },
      noTokenizer: NAME_A_FILE,
      sample: CHECK_TEXT,
      trials: [
        async (sample) => {
          const { ids, bosId } = sample as NonNullable<typeof sample>
          const echo = await echoText(client, model, CHECK_TEXT, signal, WARM_UP_MS)
          const listing = listingOf(echo, ids, bosId)
          readEcho(echo, listing === 'hidden' ? ids.subarray(1) : ids, CHECK_TEXT, listing)
          return { replied: echo.model, listing }
        },
      ],
      refused: (said) => ({
        state: 'no',
        reason: said,
        remedy:
          'Not every model of the service echoes scores, and the tokenizer file must be its own.',
      }),
      replied: ({ replied }) => replied,
      settings: ({ listing }) => ({
        scoring: 'echo',
        ...(listing === 'hidden' ? { hiddenBos: true } : {}),
      }),
      // Seen from outside, a BOS that never shows is not added.
      shown: (tokenizer, { listing }) =>
        listing === 'hidden'
          ? {
              ...tokenizer,
              bosId: null,
              tokenize: (texts, _addSpecial, abort) => tokenizer.tokenize(texts, false, abort),
            }
          : tokenizer,
      scoring: {
        text: (target, text, ids, _isList, abort) =>
          scoreText({ client, model, ...target }, text, ids, abort),
      },
      continue: (_target, { text }, count, abort) =>
        continuePrompt(client, model, text, count, abort),
    }
  },
}
