import type { SetRecord, SetValue } from '@/lib/contracts/measure'
import { sampleWithoutReplacement } from '@/lib/stats/random'
import { mean, sampleStd } from '@/lib/stats/summary'

/** Numbers of one set by the key of the output; null where the set has none. */
export type SetNumbers = Readonly<Record<string, number | null>>

/** How the draws are made. */
export interface DrawPlan {
  /** Members of each draw; null = all of them. */
  n: number | null
  draws: number
  seed: number
}

// Seeds are below 2^32, so the draws of two seeds never meet.
const DRAW_STEP = 2 ** 32

/** Returns the members of one draw, ascending: a set keeps the order of its file, which compression depends on. */
export function drawnMembers(size: number, n: number, seed: number, draw: number): Uint32Array {
  return sampleWithoutReplacement(size, n, seed + draw * DRAW_STEP).sort()
}

function valueOf(key: string, whole: SetNumbers | null, drawn: readonly SetNumbers[]): SetValue {
  const atWhole = whole?.[key] ?? null
  const numbers = drawn.flatMap((one) => one[key] ?? [])
  // A mean over the draws that have a number would favour them.
  const hasMean = drawn.length > 0 && numbers.length === drawn.length
  return {
    mean: hasMean ? mean(numbers) : null,
    sd: hasMean && numbers.length > 1 ? sampleStd(numbers) : null,
    min: hasMean ? Math.min(...numbers) : null,
    max: hasMean ? Math.max(...numbers) : null,
    reason: hasMean ? null : 'n_too_small',
    whole: atWhole,
    wholeReason: atWhole === null ? 'n_too_small' : null,
  }
}

/**
 * Returns a measure over seeded draws of n members without replacement, and over all members. Where the set holds exactly
 * n there is one draw, the set itself; where it holds fewer there is none, and the reason says so.
 */
export async function measureDraws(
  size: number,
  plan: DrawPlan,
  keys: readonly string[],
  measure: (members: Uint32Array) => Promise<SetNumbers>,
  progress: (done: number, total: number) => void,
): Promise<SetRecord> {
  const n = plan.n ?? size
  const draws = n > size || size === 0 ? 0 : n === size ? 1 : plan.draws
  const all = Uint32Array.from({ length: size }, (_, i) => i)
  const total = size + (n < size ? draws * n : 0)
  const whole = size === 0 ? null : await measure(all)
  progress(size, total)
  const drawn: SetNumbers[] = n === size && whole ? [whole] : []
  while (drawn.length < draws) {
    drawn.push(await measure(drawnMembers(size, n, plan.seed, drawn.length)))
    progress(size + drawn.length * n, total)
  }
  const values = keys.map((key) => [key, valueOf(key, whole, drawn)] as const)
  return { n: plan.n, draws, size, values: Object.fromEntries(values) }
}
