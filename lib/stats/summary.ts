import type { Numbers } from './no-value'

/** Returns the arithmetic mean, NaN for no values. */
export function mean(values: Numbers): number {
  let sum = 0
  for (let i = 0; i < values.length; i += 1) sum += values[i] as number
  return sum / values.length
}

/** Returns the sample standard deviation (divisor n - 1, two passes), NaN for fewer than two values. */
export function sampleStd(values: Numbers): number {
  if (values.length < 2) return NaN
  const centre = mean(values)
  let sum = 0
  for (let i = 0; i < values.length; i += 1) sum += ((values[i] as number) - centre) ** 2
  return Math.sqrt(sum / (values.length - 1))
}

/** Returns the values in ascending order as a new array. */
export function sorted(values: Numbers): Float64Array {
  return Float64Array.from(values).sort()
}

/**
 * Returns the q quantile of ascending values, interpolated linearly between order statistics (numpy's default, type 7);
 * NaN for no values.
 */
export function quantileSorted(ascending: Numbers, q: number): number {
  const n = ascending.length
  if (n === 0) return NaN
  const position = (n - 1) * q
  const lower = Math.floor(position)
  const low = ascending[lower] as number
  const high = ascending[Math.min(lower + 1, n - 1)] as number
  return low + (high - low) * (position - lower)
}

/** Returns one quantile for each q, in the order asked. */
export function quantiles(values: Numbers, qs: readonly number[]): number[] {
  const ascending = sorted(values)
  return qs.map((q) => quantileSorted(ascending, q))
}

/** Returns the median, NaN for no values. */
export function median(values: Numbers): number {
  return quantileSorted(sorted(values), 0.5)
}

/** What one metric column amounts to over the rows of a cell. */
export interface Aggregate {
  /** Rows, with or without a value. */
  n: number
  /** Rows with a value. */
  nValid: number
  /** Arithmetic mean over rows with a value; null when there is none. */
  mean: number | null
  median: number | null
  min: number | null
  max: number | null
  /** Keys are the quantiles asked for as text ('0.25'), values their quantile; empty without values. */
  quantiles: Record<string, number>
  /** Rows per status name, of every status that occurs. */
  statuses: Record<string, number>
  /** The part of `statuses` that carries no value: why rows are missing. */
  reasons: Record<string, number>
}

/** How the caller reads status bytes; passed in, so that this folder knows no registry. */
export interface StatusReader {
  carriesValue(code: number): boolean
  name(code: number): string
}

const DEFAULT_QUANTILES = [0.05, 0.25, 0.75, 0.95] as const

/** Returns the values whose status byte carries one, in row order. */
export function validValues(
  values: Numbers,
  status: Numbers,
  carriesValue: (code: number) => boolean,
): Float64Array {
  let n = 0
  for (let i = 0; i < values.length; i += 1) if (carriesValue(status[i] as number)) n += 1
  const kept = new Float64Array(n)
  let at = 0
  for (let i = 0; i < values.length; i += 1) {
    if (carriesValue(status[i] as number)) kept[at++] = values[i] as number
  }
  return kept
}

/**
 * Returns mean, median, quantiles and the count of every status of one scalar column. The mean is the arithmetic mean
 * of the rows' own values, as the paper's scripts take it: never a ratio of means, never weighted by tokens.
 */
export function aggregate(
  values: Numbers,
  status: Numbers,
  reader: StatusReader,
  qs: readonly number[] = DEFAULT_QUANTILES,
): Aggregate {
  const perCode = new Map<number, number>()
  for (let i = 0; i < values.length; i += 1) {
    const code = status[i] as number
    perCode.set(code, (perCode.get(code) ?? 0) + 1)
  }
  const statuses: Record<string, number> = {}
  const reasons: Record<string, number> = {}
  for (const [code, count] of [...perCode].toSorted((a, b) => a[0] - b[0])) {
    const name = reader.name(code)
    statuses[name] = (statuses[name] ?? 0) + count
    if (!reader.carriesValue(code)) reasons[name] = (reasons[name] ?? 0) + count
  }
  const valid = validValues(values, status, reader.carriesValue).sort()
  const has = valid.length > 0
  return {
    n: values.length,
    nValid: valid.length,
    mean: has ? mean(valid) : null,
    median: has ? quantileSorted(valid, 0.5) : null,
    min: has ? (valid[0] as number) : null,
    max: has ? (valid[valid.length - 1] as number) : null,
    quantiles: has ? Object.fromEntries(qs.map((q) => [String(q), quantileSorted(valid, q)])) : {},
    statuses,
    reasons,
  }
}
