import { isQuantity } from '@/lib/contracts/column-kinds'
import type { CompareMetric, CompareSideValues, CompareState } from '@/lib/contracts/compare'
import { carriesValue, statusOf } from '@/lib/contracts/status'
import type { ColumnInfo } from '@/lib/contracts/study'
import type { SeedSetPairing } from './sides'
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
  let rows = 0
  let valued = 0
  for (const { pairing, [side]: part } of parts) {
    if (!part) continue
    // Positions that the import skipped hold no row, so they are not missing values either.
    const skipped = new Set(pairing[side]?.skipped)
    rows += part.status.length - skipped.size
    for (let row = 0; row < part.status.length; row += 1) {
      if (skipped.has(row)) continue
      if (isValued(part, row)) {
        valued += 1
        continue
      }
      const code = part.status[row] as number
      const name = carriesValue(code) ? 'nonfinite' : statusOf(code).name
      missing[name] = (missing[name] ?? 0) + 1
    }
  }
  return {
    runId: parts.find((part) => part[side]?.runId)?.[side]?.runId ?? null,
    definitionHash: definitions(parts, side)[0] ?? null,
    rows,
    valued,
    missing,
  }
}

/** Returns the values of rows that have one, in row order. */
function valuedOnly(column: SideColumn): Float64Array {
  return column.values.filter((_, row) => isValued(column, row))
}

/** Rows that had a part in a value of the whole set, those of other operators included. */
function sizeOfSet({ status }: SideColumn): number {
  return status.reduce((sum, code) => sum + Number(carriesValue(code)), 0)
}

function concat(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
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
    paired: await pairedTests(values, family, names === null),
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
  state: CompareState,
  family: PFamily,
  controls: Controls,
): Promise<CompareMetric> {
  const parts = await readMetric(pairings, column, reader)
  const conflict = findConflict(parts, column, reader)
  const aligned = pairings.reduce((sum, pairing) => sum + pairing.pairs.slots.length, 0)
  const base: CompareMetric = {
    column: column.id,
    label: column.label,
    shortLabel: column.shortLabel,
    unit: column.unit,
    shape: isQuantity(column.shape) ? column.shape : 'scalar',
    direction: column.direction,
    directionMeans: column.directionMeans,
    levels: column.levels,
    a: sideValues(parts, 'a'),
    b: sideValues(parts, 'b'),
    conflict,
    pairsWithoutValue: aligned,
    paired: null,
    levelTests: null,
    controls: [],
    unpaired: null,
  }
  if (conflict) return base
  if (aligned > 0) return { ...base, ...(await pairedPart(parts, column, state, family, controls)) }
  const side = (which: 'a' | 'b') =>
    concat(parts.flatMap((part) => (part[which] ? [valuedOnly(part[which])] : [])))
  const names = column.shape === 'enum' ? column.levels : null
  return { ...base, unpaired: await unpairedTests(side('a'), side('b'), names, family) }
}
