import type { ProbeVector } from '../types'

/** Whether two answers to the same fixed question come from one model. */
export interface IdentityVerdict {
  verdict: 'same' | 'different' | 'unknown'
  /** Largest difference of two values that belong together; null when none do. */
  difference: number | null
  reason: string
}

const UNITS: Record<ProbeVector['of'], string> = {
  promptScores: ' nats',
  outputScores: ' nats',
  embedding: '',
  reward: '',
}

/** Returns how far two scores of one prompt may differ for weights of this type, in nats. */
export function scoreTolerance(dtype: string): number {
  if (/^(f32|float32|float)$/i.test(dtype)) return 1e-3
  if (/^(f16|float16|half|bf16|bfloat16)$/i.test(dtype)) return 0.02
  return 0.05
}

/** Pairs values by their labels; generated alternatives come in any order and not always the same. */
function pairs(stored: ProbeVector, found: ProbeVector): [number, number][] {
  const byLabel = new Map(stored.labels.map((label, i) => [label, stored.values[i] as number]))
  return found.labels.flatMap((label, i): [number, number][] => {
    const value = byLabel.get(label)
    return value === undefined ? [] : [[value, found.values[i] as number]]
  })
}

function unknown(reason: string): IdentityVerdict {
  return { verdict: 'unknown', difference: null, reason }
}

function different(reason: string, difference: number | null = null): IdentityVerdict {
  return { verdict: 'different', difference, reason }
}

/**
 * Returns whether a stored probe vector and a fresh one belong to one model: the largest difference lies within the
 * tolerance. Rounded scores are never hashed, because noise crosses a rounding edge. `unknown` when either is missing or
 * they answer different questions (a server that has been given or has lost a capability).
 */
export function compareVectors(
  stored: ProbeVector | null | undefined,
  found: ProbeVector | null | undefined,
): IdentityVerdict {
  if (!stored || !found)
    return unknown('Nothing was stored by which the model could be recognised.')
  if (stored.of !== found.of) {
    return unknown(`A vector of ${found.of} does not compare with one of ${stored.of}.`)
  }
  const isList = stored.of !== 'outputScores'
  if (isList && stored.values.length !== found.values.length) {
    return different(
      `${found.values.length} values instead of ${stored.values.length}: another tokenizer or model.`,
    )
  }
  const labelled = stored.labels.length > 0 || found.labels.length > 0
  if (isList && labelled && stored.labels.join() !== found.labels.join()) {
    return different('The tokens of the same text are others: another tokenizer.')
  }
  const both = isList
    ? stored.values.map((value, i): [number, number] => [value, found.values[i] as number])
    : pairs(stored, found)
  // The likeliest alternatives of one model are stable; when half of them are gone it is another one.
  if (both.length === 0 || both.length * 2 < Math.min(stored.values.length, found.values.length)) {
    return different('The likeliest tokens after the same text are others.')
  }
  const difference = both.reduce((most, [a, b]) => {
    const gap = Math.abs(a - b)
    return Number.isNaN(gap) ? Infinity : Math.max(most, gap)
  }, 0)
  const tolerance = Math.max(stored.tolerance, found.tolerance)
  const said = `largest difference ${difference.toPrecision(2)}${UNITS[stored.of]}, tolerance ${tolerance}`
  return difference <= tolerance
    ? { verdict: 'same', difference, reason: said }
    : different(`Another model answers: ${said}.`, difference)
}
