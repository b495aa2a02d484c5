import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { SubsetRule } from '@/lib/contracts/subset'
import { throwIfAborted } from '@/lib/errors'
import { applyRules, type Step } from '@/lib/subsets'
import type { Kept } from '@/lib/subsets/types'
import { currentCells } from '../cells'
import { cachesOf } from '../columns/cache'
import { yieldToEventLoop } from '../compare/slots'
import type { Scope } from '../rows/conditions/types'
import { columnsOfRule } from './columns-of'
import { placesOf, ruleData } from './data'
import type { Places } from './groups'

/** The rows that rules left of a study. */
export interface Applied {
  places: Places
  rowsInStudy: number
  kept: Kept
  steps: readonly Step[]
  /** Returns which rows of a cell are in, one byte a row; none of a cell that is not there. */
  ofCell(cellNo: number): Kept
}

function* work(scope: Scope, rules: readonly SubsetRule[]): Generator<void, Applied> {
  const places = placesOf(currentCells(scope.db, scope.studyId))
  const kept = new Uint8Array(places.n).fill(1)
  places.cells.forEach((cell, k) => {
    for (const idx of cell.skipped) kept[(places.starts[k] as number) + idx] = 0
  })
  const rowsInStudy = places.cells.reduce(
    (sum, cell) => sum + cell.rowCount - cell.skipped.length,
    0,
  )
  const steps = yield* applyRules(rules, kept, ruleData(scope, places))
  const startOf = new Map(
    places.cells.map((cell, k) => [cell.no, { cell, start: places.starts[k] as number }]),
  )
  return {
    places,
    rowsInStudy,
    kept,
    steps,
    ofCell(cellNo) {
      const found = startOf.get(cellNo)
      return found
        ? kept.subarray(found.start, found.start + found.cell.rowCount)
        : new Uint8Array(0)
    },
  }
}

const keyOf = (studyId: string, rules: readonly SubsetRule[]) =>
  `subset/${studyId}/${canonicalJson(rules)}`

const bytesOf = (applied: Applied) => applied.kept.byteLength + 64

/** Returns the rows that rules leave, in one go: for filters, which are applied in one. Kept until rows or values change. */
export function applyNow(scope: Scope, rules: readonly SubsetRule[]): Applied {
  return cachesOf(scope.db).results.get(keyOf(scope.studyId, rules), scope.stamp(), bytesOf, () => {
    const steps = work(scope, rules)
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value
    }
  })
}

/** Returns the same, giving way to other requests; ends with `cancelled` when the signal is aborted. */
export async function applyWarm(
  scope: Scope,
  rules: readonly SubsetRule[],
  signal?: AbortSignal,
): Promise<Applied> {
  const cache = cachesOf(scope.db).results
  const key = keyOf(scope.studyId, rules)
  const stamp = scope.stamp()
  const found = cache.peek<Applied>(key, stamp)
  if (found) return found
  const cells = currentCells(scope.db, scope.studyId)
  for (const rule of rules) {
    if (rule.rule === 'filter' && !rule.off) await scope.warm(rule.filter, signal)
    for (const column of columnsOfRule(rule)) {
      // A column that is not there is named by its rule, when that is applied.
      for (const cell of cells) await scope.reader.warm(column, cell).catch(() => undefined)
    }
  }
  const steps = work(scope, rules)
  for (;;) {
    throwIfAborted(signal)
    const step = steps.next()
    if (!step.done) {
      await yieldToEventLoop()
      continue
    }
    cache.put(key, stamp, step.value, bytesOf(step.value))
    return step.value
  }
}
