import { indexesToMask } from '@/lib/columns/filter'
import { isQuantity, isYesNo } from '@/lib/contracts/column-kinds'
import type { CompareMetric, CompareSideValues, CompareState } from '@/lib/contracts/compare'
import { carriesValue, statusOf } from '@/lib/contracts/status'
import type { ColumnInfo } from '@/lib/contracts/study'
import type { ClusteredValues } from '@/lib/stats/cluster-robust'
import type { SeedSetPairing } from './sides'
import { scaleDoubt } from './scales'
import { controlledDifferences, type Controls } from './controls'
import {
  isValued,
  pairedValues,
  readMetric,
  type SeedSetValues,
  type SideColumn,
  type SideReader,
} from './side-values'
import { levelTests, pairedTests, type PFamily, unpairedTests } from './tests'

function sideValues(parts: readonly SeedSetValues[], side: 'a' | 'b'): CompareSideValues {
  const missing: Record<string, number> = {}
  // Rows without a value by status byte.
  const without = new Uint32Array(256)
  let rows = 0
  let valued = 0
  for (const { pairing, [side]: part } of parts) {
    if (!part) continue
    const { values, status } = part
    // Positions that the import skipped hold no row, so they are not missing values either.
    const isSkipped = indexesToMask(pairing[side]?.skipped ?? [], status.length)
    for (let row = 0; row < status.length; row += 1) {
      if (isSkipped[row] === 1) continue
      rows += 1
      const code = status[row] as number
      if (carriesValue(code) && Number.isFinite(values[row])) valued += 1
      else without[code] = (without[code] as number) + 1
    }
  }
  for (const [code, count] of without.entries()) {
    if (count === 0) continue
    const name = carriesValue(code) ? 'nonfinite' : statusOf(code).name
    missing[name] = (missing[name] ?? 0) + count
  }
  return {
    runId: parts.find((part) => part[side]?.runId)?.[side]?.runId ?? null,
    definitionHash: definitions(parts, side)[0] ?? null,
    rows,
    valued,
    missing,
  }
}

/** Rows that had a part in a value of the whole set, those of other operators included. */
function sizeOfSet({ status }: SideColumn): number {
  return status.reduce((sum, code) => sum + Number(carriesValue(code)), 0)
}

/** The values of one side that have a unit, those of a unit one after another; each row is one where the seed is the unit. */
function unpairedSide(parts: readonly SeedSetValues[], side: 'a' | 'b'): ClusteredValues {
  const found: { value: number; unit: number }[] = []
  for (const { pairing, [side]: column } of parts) {
    const units = side === 'a' ? pairing.unitsA : pairing.unitsB
    for (let row = 0; column && row < column.values.length; row += 1) {
      const unit = units ? (units[row] as number) : found.length
      if (unit >= 0 && isValued(column, row))
        found.push({ value: column.values[row] as number, unit })
    }
  }
  const byUnit = found.toSorted((x, y) => x.unit - y.unit)
  return {
    values: Float64Array.from(byUnit, ({ value }) => value),
    clusters: Int32Array.from(byUnit, ({ unit }) => unit),
  }
}

function definitions(parts: readonly SeedSetValues[], side: 'a' | 'b'): string[] {
  return [...new Set(parts.flatMap((part) => part[side]?.definitionHash ?? []))]
}

/** Returns why the two sides must not be put on one scale, or null. */
export function findConflict(
  parts: readonly SeedSetValues[],
  column: ColumnInfo,
  reader: SideReader,
): CompareMetric['conflict'] {
  const left = definitions(parts, 'a')
  const right = definitions(parts, 'b')
  const all = new Set([...left, ...right])
  if (all.size > 1) {
    const short = (hashes: string[]) => hashes.map((hash) => hash.slice(0, 8)).join(', ')
    return {
      kind: 'definition',
      message: `A and B were computed under different definitions (${short(left)} and ${short(right)}), so their values do not share a scale. Choose the same run for both, or compute one of them again.`,
    }
  }
  if (all.size === 0) {
    const valued = parts.some((part) =>
      [part.a, part.b].some((side) => side && sizeOfSet(side) > 0),
    )
    if (!valued)
      return { kind: 'no_run', message: 'Not computed yet. Compute it on the study page.' }
  }
  if (!reader.dependsOnSetSize(column)) return null
  for (const { pairing, a, b } of parts) {
    if (!a || !b) continue
    const nA = sizeOfSet(a)
    const nB = sizeOfSet(b)
    if (nA === 0 || nB === 0 || nA === nB) continue
    return {
      kind: 'set_size',
      message: `${pairing.label}: A has ${nA} rows with a value and B ${nB}. ${column.label} depends on the number of rows, so it is compared only at equal N. Compute it on sets of the same size.`,
    }
  }
  return null
}

/** Returns the lowest level that counts as a hit: the upper two ("hard" of five) unless another is asked for; 0 without levels. */
export function hitLevel(
  names: readonly string[] | null,
  { threshold }: Pick<CompareState, 'threshold'>,
): number {
  return names ? Math.min(names.length, threshold ?? Math.max(2, names.length - 1)) : 0
}

/** Returns tests whose means say the share of yes where a column is yes or no: levels are counted from 1. */
function withShares<T extends { meanA: number | null; meanB: number | null }>(
  tests: T,
  column: ColumnInfo,
): T {
  if (!isYesNo(column)) return tests
  const share = (mean: number | null) => (mean === null ? null : mean - 1)
  return { ...tests, meanA: share(tests.meanA), meanB: share(tests.meanB) }
}

async function pairedPart(
  parts: readonly SeedSetValues[],
  column: ColumnInfo,
  state: CompareState,
  family: PFamily,
  controls: Controls,
): Promise<Pick<CompareMetric, 'paired' | 'levelTests' | 'controls' | 'pairsWithoutValue'>> {
  const values = pairedValues(parts)
  const aligned = parts.reduce((sum, part) => sum + part.pairing.pairs.slots.length, 0)
  const names = column.shape === 'enum' ? column.levels : null
  const threshold = hitLevel(names, state)
  return {
    paired: withShares(await pairedTests(values, family, names === null), column),
    levelTests: names ? levelTests(values, names, threshold, family) : null,
    controls: controlledDifferences(values, controls),
    pairsWithoutValue: aligned - values.a.length,
  }
}

/** Returns everything the summary says of one metric, p values not yet corrected. */
export async function compareMetric(
  pairings: readonly SeedSetPairing[],
  column: ColumnInfo,
  reader: SideReader,
  asked: { state: CompareState; unitName: string },
  family: PFamily,
  controls: Controls,
): Promise<CompareMetric> {
  const { state, unitName } = asked
  const parts = await readMetric(pairings, column, reader)
  const conflict = findConflict(parts, column, reader)
  const aligned = pairings.reduce((sum, pairing) => sum + pairing.pairs.slots.length, 0)
  const isUnscaled =
    column.shape === 'scalar' && column.range === null && reader.isFromFiles(column)
  const base: CompareMetric = {
    column: column.id,
    label: column.label,
    shortLabel: column.shortLabel,
    unit: column.unit,
    unitName,
    shape: isQuantity(column.shape) ? column.shape : 'scalar',
    direction: column.direction,
    directionMeans: column.directionMeans,
    levels: column.levels,
    a: sideValues(parts, 'a'),
    b: sideValues(parts, 'b'),
    conflict,
    doubt: isUnscaled ? scaleDoubt(parts) : '',
    pairsWithoutValue: aligned,
    paired: null,
    levelTests: null,
    controls: [],
    unpaired: null,
  }
  if (conflict) return base
  if (aligned > 0) return { ...base, ...(await pairedPart(parts, column, state, family, controls)) }
  const names = column.shape === 'enum' ? column.levels : null
  const sides = [unpairedSide(parts, 'a'), unpairedSide(parts, 'b')] as const
  return { ...base, unpaired: withShares(await unpairedTests(...sides, names, family), column) }
}
