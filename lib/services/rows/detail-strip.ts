import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { requestCache } from '@/db/schema'
import { decodeFloats } from '@/lib/backends/session/cache-values'
import { cacheKey } from '@/lib/backends/session/cache-key'
import type { ModelIdentity } from '@/lib/backends/types'
import type { RunDefinition } from '@/lib/contracts/run'
import type { TokenPass, TokenStrip } from '@/lib/contracts/token-strip'
import { readStrip } from '@/lib/metrics/token-loss/strip'
import { FLOOR } from '@/lib/metrics/token-loss/sums'

// Float32 holds a little more than seven digits.
const DIGITS = 7

/** The run that scored the tokens. */
interface Scorer {
  definition: RunDefinition
  backendId: string | null
  fingerprint: string | null
}

/** Returns losses in nats as the request cache holds them for these ids; null when it no longer does. */
function cachedLosses(db: Db, scorer: Scorer, ids: Int32Array): (number | null)[] | null {
  // A single token has no score and is never asked for.
  if (ids.length < 2) return Array.from(ids, () => null)
  const key = cacheKey({
    call: 'score',
    backendId: scorer.backendId ?? '',
    identity: scorer.definition.model as unknown as ModelIdentity,
    fingerprint: scorer.fingerprint,
    input: ids,
    params: null,
  })
  const found = db
    .select({ value: requestCache.value })
    .from(requestCache)
    .where(eq(requestCache.key, key))
    .get()
  if (!found) return null
  const scores = decodeFloats(found.value)
  if (scores.length !== ids.length) return null
  return Array.from(scores, (score, i) =>
    // The first token has nothing before it; a clamped value is none.
    i === 0 || !Number.isFinite(score) || score <= FLOOR
      ? null
      : Number((-score).toPrecision(DIGITS)),
  )
}

function same(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((id, i) => b[i] === id)
}

/** Returns the tokens that a run kept of a row with their losses, or null when it kept none. */
export function tokenStrip(db: Db, scorer: Scorer, stored: unknown): TokenStrip | null {
  const strip = readStrip(stored)
  if (!strip) return null
  const { joint, jointTexts, x, newline, yFrom, alone, aloneFrom, aloneTexts } = strip
  const y = joint.subarray(yFrom)
  const aloneY = alone?.subarray(aloneFrom) ?? null
  const alonePass: TokenPass | null = alone &&
    aloneY && {
      ids: [...aloneY],
      texts: aloneTexts,
      losses: cachedLosses(db, scorer, alone)?.slice(aloneFrom) ?? null,
    }
  return {
    joint: { ids: [...joint], texts: jointTexts, losses: cachedLosses(db, scorer, joint) },
    x: [x[0], x[1]],
    newline,
    yFrom,
    alone: alonePass,
    sameTokens: aloneY !== null && same(y, aloneY),
  }
}
