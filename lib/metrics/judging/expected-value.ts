import type { StatusName } from '@/lib/contracts/status'

/** The expected rating over the labels that the model considers. */
export interface ExpectedValue {
  status: StatusName
  /** Expected value on 1..S; null when coverage is too low. */
  value: number | null
  /** Standard deviation of the rating; null with the value. */
  sd: number | null
  /** Probability that the labels hold together. */
  coverage: number
}

// Below half the model would rather have said something else, so the rest of its mass decides nothing.
const MIN_COVERAGE = 0.5

/**
 * Returns E = sum s p_s / coverage over the labels 1..S from the alternatives of the first generated token (metric
 * reference, section 3.3): p_s is the sum of exp(logprob) over entries whose trimmed text is the digit s.
 */
export function expectedValue(
  alternatives: readonly { text: string; logprob: number }[],
  labels: number,
): ExpectedValue {
  const p = Array.from({ length: labels }, () => 0)
  for (const { text, logprob } of alternatives) {
    const digit = /^\s*(\d)\s*$/.exec(text)?.[1]
    const s = Number(digit)
    if (digit !== undefined && s >= 1 && s <= labels)
      p[s - 1] = (p[s - 1] as number) + Math.exp(logprob)
  }
  const coverage = p.reduce((sum, value) => sum + value, 0)
  if (coverage < MIN_COVERAGE) return { status: 'low_coverage', value: null, sd: null, coverage }
  const value = p.reduce((sum, share, i) => sum + (i + 1) * share, 0) / coverage
  const variance = p.reduce((sum, share, i) => sum + (i + 1 - value) ** 2 * share, 0) / coverage
  return { status: 'ok', value, sd: Math.sqrt(variance), coverage }
}
