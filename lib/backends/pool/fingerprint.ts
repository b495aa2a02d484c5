import { errorCode } from '@/lib/errors'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import { smallChat } from '../shared/checked-calls'
import { compareVectors } from '../probe/identity'
import type { BackendSession, ModelIdentity, ProbeVector } from '../types'

// Easy for any competent model, and no token follows itself.
const TEXT = 'Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday'
// Wider than the tolerance of a probe, because this one is asked under load: a server's own noise stays below 0.05 nats,
// while other weights, other quantisations included, differ by more than 0.1 on some token.
const SCORE_TOLERANCE = 0.1
// Entries of a unit vector; batching moves them by less than 0.001.
const EMBEDDING_TOLERANCE = 0.02

/**
 * Returns what the model answers to a fixed question, null where it cannot be asked or does not want to answer. Throws
 * when the server is away.
 */
async function fingerprint(
  session: BackendSession,
  signal?: AbortSignal,
): Promise<ProbeVector | null> {
  try {
    if (session.scoreTokens && session.tokenize) {
      const [ids] = await session.tokenize([TEXT], true, signal)
      if (!ids || ids.length < 2) return null
      const [scores] = await session.scoreTokens([ids], signal)
      if (!scores) return null
      const values = [...scores.subarray(1)]
      return { of: 'promptScores', labels: [...ids], values, tolerance: SCORE_TOLERANCE }
    }
    if (session.embed) {
      const { vectors } = await session.embed([TEXT], signal)
      const [vector] = vectors
      if (!vector) return null
      return { of: 'embedding', labels: [], values: [...vector], tolerance: EMBEDDING_TOLERANCE }
    }
  } catch (error) {
    // A refusal says nothing about the model.
    if (errorCode(error) !== 'data_error') throw error
  }
  return null
}

/** What is known of the model behind a session. */
export interface KnownModel {
  identity: ModelIdentity
  /** Its answer to a fixed question; null where it gives none. */
  vector: ProbeVector | null
  /** Model name in its chat replies; empty where they state none. */
  replied: string
}

/** Returns what tells the model of an open server apart. Throws when the server is away. */
export async function knowModel(session: BackendSession): Promise<KnownModel> {
  const vector = await fingerprint(session)
  // A server that scores need not chat; its vector says more than a name.
  const replied = session.generate
    ? await smallChat(session).then(
        ({ model }) => model,
        () => '',
      )
    : ''
  return { identity: session.identity, vector, replied }
}

/** Returns why what answers now is not the model that was expected, or null when nothing speaks against it. */
export function modelDifference(expected: KnownModel, found: KnownModel): string | null {
  const fields = Object.keys(expected.identity) as (keyof ModelIdentity)[]
  const other = fields.find(
    (name) =>
      canonicalJson(expected.identity[name] ?? null) !==
      canonicalJson(found.identity[name] ?? null),
  )
  if (other !== undefined) {
    const text = (value: unknown) => canonicalJson(value ?? null).slice(0, 120)
    return `its ${other} is ${text(found.identity[other])} instead of ${text(expected.identity[other])}.`
  }
  if (expected.replied && found.replied && expected.replied !== found.replied) {
    return `it answers as "${found.replied.slice(0, 100)}" instead of "${expected.replied.slice(0, 100)}".`
  }
  const { verdict, reason } = compareVectors(expected.vector, found.vector)
  return verdict === 'different'
    ? `it answers a fixed question otherwise (${reason.replace(/\.$/, '')}).`
    : null
}
