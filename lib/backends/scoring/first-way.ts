import { errorCode, errorMessage } from '@/lib/errors'
import { isPausing } from '../session/request-error'

/** Codes that say nothing about a way of asking: nobody answers, or the caller has left. */
const NOT_ABOUT_THE_WAY: ReadonlySet<string> = new Set([
  'cancelled',
  'backend_unavailable',
  'rate_limited',
])

/** Returns the first of the ways whose trial succeeds; when none does, how the server refused the first. */
export async function firstWay<T>(
  ways: readonly T[],
  trial: (way: T) => Promise<unknown>,
): Promise<{ way: T } | { refused: string }> {
  let refused = ''
  for (const way of ways) {
    try {
      await trial(way)
      return { way }
    } catch (error) {
      // Another model answers: no way of asking would help.
      if (NOT_ABOUT_THE_WAY.has(errorCode(error)) || isPausing(error)) throw error
      refused ||= errorMessage(error)
    }
  }
  return { refused }
}
