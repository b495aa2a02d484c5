import { requestError } from '@/lib/backends/session/request-error'
import type { GeneratedToken, TokenLogprob } from '@/lib/backends/types'
import type { TokenWire } from './wire'

// Servers write minus infinity as -9999; such an entry is no value.
const FLOOR = -9998

// Rounding in float32 may put a certain token just above zero; anything higher is a logit.
const ROUNDING_NATS = 1e-3

function wrong(reason: string, message: string): never {
  throw requestError({ kind: 'data_error', reason, httpStatus: 200 }, message)
}

function tokenLogprob(entry: TokenWire): TokenLogprob {
  if (entry.logprob > ROUNDING_NATS) {
    wrong(
      'score',
      'The server sent values above 0 as log-probabilities: they are logits. Start it with raw log-probabilities.',
    )
  }
  return { text: entry.token, id: entry.id ?? null, logprob: Math.min(0, entry.logprob) }
}

/**
 * Returns generated tokens with their scores and at most `alternatives` others, most likely first; throws `data_error`
 * when a generated token has no usable score.
 */
export function readLogprobs(
  content: readonly (TokenWire & { top_logprobs?: TokenWire[] | null | undefined })[],
  alternatives: number,
): GeneratedToken[] {
  return content.map((entry) => {
    if (!Number.isFinite(entry.logprob) || entry.logprob <= FLOOR) {
      wrong('floor', 'The server clamped the log-probability of a generated token.')
    }
    const top = (entry.top_logprobs ?? [])
      .filter(({ logprob }) => Number.isFinite(logprob) && logprob > FLOOR)
      .map(tokenLogprob)
      .sort((a, b) => b.logprob - a.logprob)
      .slice(0, alternatives)
    return { ...tokenLogprob(entry), top }
  })
}

type Json = Record<string, unknown>

function contentOf(logprobs: Json): unknown {
  const { tokens, token_logprobs: values, token_ids: ids, top_logprobs: tops } = logprobs
  if (!Array.isArray(tokens) || !Array.isArray(values)) return null
  return tokens.map((token: unknown, i) => ({
    token,
    logprob: values[i] as unknown,
    ...(Array.isArray(ids) ? { id: ids[i] as unknown } : {}),
    top_logprobs: Object.entries(((tops as unknown[] | undefined)?.[i] ?? {}) as Json).map(
      ([text, logprob]) => ({ token: text, logprob }),
    ),
  }))
}

/** Returns a chat reply whose scores came as the older parallel lists, with OpenAI's list of tokens instead. */
export function withContent(json: unknown): unknown {
  const reply = json as { choices?: Json[] } | null
  if (!Array.isArray(reply?.choices)) return json
  const choices = reply.choices.map((choice) => {
    const logprobs = choice?.logprobs as Json | null | undefined
    if (!logprobs || 'content' in logprobs) return choice
    return { ...choice, logprobs: { content: contentOf(logprobs) } }
  })
  return { ...reply, choices }
}
