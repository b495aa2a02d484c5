import type { ClassifyError } from '@/lib/backends/http/errors'
import { requestError } from '@/lib/backends/session/request-error'
import { idsUnder, routesOf } from '@/lib/backends/tokenizer/routes'
import type { OpenaiFlavour } from '../openai/session'
import { chatReplySchema, parseReply } from '../openai/wire'
import { textsOfPieces } from './pieces'

const LOGPROBS_FLAG = '--logprobs-mode raw_logprobs'

/** What LMDeploy's refusals mean: it names wrong parameters in a sentence, and has log-probabilities only where told so. */
const classifyLmdeploy: ClassifyError = ({ status, message }) => {
  if (status !== 400) return null
  if (/not enabled logprobs_mode/i.test(message)) {
    return {
      kind: 'config',
      reason: 'not_offered',
      code: 'capability_missing',
      message: `The server was started without log-probabilities. Start it with ${LOGPROBS_FLAG}.`,
    }
  }
  if (/session_id .* is occupied/.test(message)) return { kind: 'retry', reason: 'overloaded' }
  if (/^The (n|top_p|top_k|temperature|max_tokens) /.test(message)) {
    return { kind: 'config', reason: 'parameter' }
  }
  return null
}

/** Returns the reply with the texts of tokens in the place of the vocabulary's pieces ("Ġyes" is " yes"). */
function withTexts(json: unknown): unknown {
  const reply = parseReply(chatReplySchema, json)
  const choices = reply.choices.map((choice) => {
    const text = choice.message.content ?? ''
    // A prompt that fills the session is answered like a reply that reached its limit before the first token.
    if (text === '' && choice.finish_reason === 'length' && reply.usage?.completion_tokens === 0) {
      throw requestError(
        { kind: 'row', reason: 'too_long', httpStatus: 200 },
        'The prompt fills the session of the server. Start it with a larger --session-len.',
      )
    }
    const content = choice.logprobs?.content
    if (!content) return choice
    const generated = content.map(({ token }) => token)
    const others = content.flatMap(({ top_logprobs: top }) => (top ?? []).map(({ token }) => token))
    const textOf = textsOfPieces(generated, [...generated, ...others], text)
    const spelt = content.map((entry) => ({
      ...entry,
      token: textOf(entry.token),
      top_logprobs: entry.top_logprobs?.map((top) => ({ ...top, token: textOf(top.token) })),
    }))
    return { ...choice, logprobs: { content: spelt } }
  })
  return { ...reply, choices }
}

/**
 * LMDeploy: OpenAI's chat route, with pieces of the vocabulary as tokens. By its source (github.com/InternLM/lmdeploy,
 * lmdeploy/serve/openai at 156ed45, 2026): `/v1/completions` takes `echo` and `logprobs` and answers `logprobs: null`
 * (endpoints/completions.py); `/generate` scores its output only (endpoints/generate.py); `/get_ppl` gives one mean of a
 * whole text, `/v1/embeddings` refuses, `/v1/encode` returns ids and has no way back (endpoints/auxiliary.py at 577fba2).
 * Nothing gives the log-probability of each token of a prompt, so there is no scoring.
 */
export const LMDEPLOY: OpenaiFlavour = {
  kind: 'lmdeploy',
  server: 'LMDeploy',
  classify: classifyLmdeploy,
  chat: {
    // Without alternatives older versions return no log-probabilities at all.
    request: (body, { params }) =>
      params.topLogprobs === null
        ? body
        : { ...body, top_logprobs: Math.max(1, params.topLogprobs) },
    reply: withTexts,
  },
  routes: (client) =>
    routesOf(client, {
      tokenize: {
        path: '/v1/encode',
        body: (text, addSpecial) => ({ input: text, do_preprocess: false, add_bos: addSpecial }),
        read: idsUnder('input_ids'),
      },
    }),
  missing: {
    promptLogprobs: {
      state: 'no',
      reason:
        'LMDeploy returns log-probabilities of generated tokens only; of a given text it knows one mean (/get_ppl), not the value of each token.',
      remedy: 'For losses and IFD use vLLM, SGLang or the embedded engine.',
    },
    embed: {
      state: 'no',
      reason: 'LMDeploy has no embeddings: its route refuses every request.',
      remedy: 'Add a second backend with an embedding model.',
    },
  },
  remedies: {
    outputLogprobs: {
      remedy: 'Start the server with log-probabilities switched on.',
      flag: LOGPROBS_FLAG,
    },
  },
}
