import type { ModelIdentity } from '../types'

interface MeasuredError {
  /** Median relative error of strict IFD; null where only the largest was measured. */
  median: number | null
  largest: number
}

/**
 * Errors of strict IFD against float32 torch on the same weights, by the type that scored: 60 real rows, SmolLM2 135M
 * (Q4_1). Another model has errors of its own.
 */
export const IFD_ERRORS: Readonly<Record<'f32' | 'file', MeasuredError>> = {
  f32: { median: null, largest: 3e-5 },
  file: { median: 0.007, largest: 0.073 },
}

// Weights of runs that versions before computed.
const EARLIER_ERRORS: Readonly<Record<string, MeasuredError>> = {
  ...IFD_ERRORS,
  bf16: { median: 0.0012, largest: 0.017 },
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`
}

/** Returns an error in words, for example "median 0.12 %, largest 1.7 %". */
export function errorWords({ median, largest }: MeasuredError): string {
  const most = `largest ${percent(largest)}`
  return median === null ? most : `median ${percent(median)}, ${most}`
}

/** Returns which weights scored and how far IFD was from float32 with them, for the card of a run. */
export function scoringAccuracy({ settings, dtype }: Pick<ModelIdentity, 'settings' | 'dtype'>): {
  weights: string
  error: string
} {
  const type = String(settings['scoringWeights'])
  const error = Object.hasOwn(EARLIER_ERRORS, type) ? EARLIER_ERRORS[type] : undefined
  if (!error) return { weights: dtype, error: 'not measured' }
  const weights = type === 'file' ? `${dtype}, as the file has them` : `${type}, from ${dtype}`
  return {
    weights,
    error: `IFD against float32: ${errorWords(error)} (60 rows of SmolLM2 135M Q4_1; other models differ)`,
  }
}
