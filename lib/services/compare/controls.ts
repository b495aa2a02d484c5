import type { CompareControl } from '@/lib/contracts/compare'
import { detectableDifference, lengthAdjusted, robustMean } from '@/lib/stats/cluster-robust'
import { pairedDifferences } from '@/lib/stats/paired'
import { isValued, type SeedSetValues, type SideColumn } from './side-values'
import type { PairedValues } from './tests'

/** What a difference is controlled for, one entry a pair of the whole comparison; null where none was chosen. */
export interface Controls {
  /** NaN where a side has no length. */
  length: { a: Float64Array; b: Float64Array } | null
  /** 1 where a side is flagged, 0 where neither is, NaN where one is not known. */
  flagged: Float64Array | null
}

function valuesOfPairs(parts: readonly SeedSetValues[], side: 'a' | 'b'): Float64Array {
  const read = (column: SideColumn | null, row: number) =>
    column && isValued(column, row) ? (column.values[row] as number) : NaN
  const all = parts.map(({ pairing, [side]: column }) => {
    const { rowsA, rowsB } = pairing.pairs
    return Float64Array.from(side === 'a' ? rowsA : rowsB, (row) => read(column, row))
  })
  return Float64Array.from(all.flatMap((part) => [...part]))
}

/** Returns the lengths of both sides of every pair. */
export function pairLengths(parts: readonly SeedSetValues[]): NonNullable<Controls['length']> {
  return { a: valuesOfPairs(parts, 'a'), b: valuesOfPairs(parts, 'b') }
}

/** Returns which pairs have a flagged side, by a column of the levels no (1) and yes (2). */
export function pairFlags(parts: readonly SeedSetValues[]): Float64Array {
  const a = valuesOfPairs(parts, 'a')
  const b = valuesOfPairs(parts, 'b')
  return a.map((flag, i) => {
    if (flag === 2 || b[i] === 2) return 1
    return flag === 1 && b[i] === 1 ? 0 : NaN
  })
}

// Lengths this share of the longer one apart count as equal.
const MATCHED_WITHIN = 0.1

function isMatched(a: number, b: number): boolean {
  return Math.abs(a - b) <= MATCHED_WITHIN * Math.max(Math.abs(a), Math.abs(b))
}

type Kind = Pick<CompareControl, 'pairs' | 'length'>

/** Returns the pairs with a value that a control leaves. */
function chosenPairs(values: PairedValues, kind: Kind, { length, flagged }: Controls): number[] {
  const chosen: number[] = []
  for (let i = 0; i < values.pairs.length; i += 1) {
    const pair = values.pairs[i] as number
    if (kind.pairs === 'unflagged' && flagged?.[pair] !== 0) continue
    const [a, b] = [length?.a[pair] ?? NaN, length?.b[pair] ?? NaN]
    if (kind.length === 'adjusted' && !(Number.isFinite(a) && Number.isFinite(b))) continue
    if (kind.length === 'matched' && !isMatched(a, b)) continue
    chosen.push(i)
  }
  return chosen
}

function controlled(values: PairedValues, kind: Kind, controls: Controls): CompareControl {
  const { length } = controls
  let { a, b, seeds, pairs } = values
  if (kind.pairs !== 'all' || kind.length !== 'as_is') {
    const chosen = chosenPairs(values, kind, controls)
    a = Float64Array.from(chosen, (i) => values.a[i] as number)
    b = Float64Array.from(chosen, (i) => values.b[i] as number)
    seeds = Int32Array.from(chosen, (i) => values.seeds[i] as number)
    pairs = Int32Array.from(chosen, (i) => values.pairs[i] as number)
  }
  const lengths = (from: Float64Array) => Float64Array.from(pairs, (pair) => from[pair] as number)
  const result =
    kind.length === 'adjusted' && length
      ? lengthAdjusted({ a, b, lengthA: lengths(length.a), lengthB: lengths(length.b), seeds })
      : robustMean(pairedDifferences(a, b), seeds)
  if (!result.ok) return { ...kind, ...result, n: a.length }
  const slope = 'slope' in result ? (result.slope as number) : null
  return { ...kind, ...result, slope, detectable: detectableDifference(result.standardError) }
}

/**
 * Returns the mean difference of a metric before and after each control that was chosen: all pairs first, then those of
 * about equal length, the regression on length, and each of them without flagged rows. Errors count a seed once.
 */
export function controlledDifferences(values: PairedValues, controls: Controls): CompareControl[] {
  const lengths = controls.length
    ? (['as_is', 'matched', 'adjusted'] as const)
    : (['as_is'] as const)
  const pairs = controls.flagged ? (['all', 'unflagged'] as const) : (['all'] as const)
  return pairs.flatMap((which) =>
    lengths.map((length) => controlled(values, { pairs: which, length }, controls)),
  )
}
