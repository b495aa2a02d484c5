import { requestError } from '@/lib/backends/session/request-error'
import type { GeneratedToken, TokenLogprob } from '@/lib/backends/types'
import type { TokenWire } from './wire'

// Servers write minus infinity as -9999; such an entry is no value.
const FLOOR = -9998

function tokenLogprob(entry: TokenWire): TokenLogprob {
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
      throw requestError(
        { kind: 'data_error', reason: 'floor', httpStatus: 200 },
        'The server clamped the log-probability of a generated token.',
      )
    }
    const top = (entry.top_logprobs ?? [])
      .filter(({ logprob }) => Number.isFinite(logprob) && logprob > FLOOR)
      .map(tokenLogprob)
      .sort((a, b) => b.logprob - a.logprob)
      .slice(0, alternatives)
    return { ...tokenLogprob(entry), top }
  })
}
