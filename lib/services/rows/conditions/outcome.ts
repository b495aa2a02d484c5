import { indexesToMask, intersect, type Mask } from '@/lib/columns/filter'
import type { AtomOf } from '@/lib/contracts/condition'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { benchmarkKey, percentOf, type StoredResult } from '@/lib/contracts/results'
import { AppError } from '@/lib/errors'
import type { CellRef } from '../../cells'
import { keptResults } from '../../results/kept'
import { exportedRows } from '../exported'
import { isFrom } from './origin'
import type { ConditionKind, Scope } from './types'

type Outcome = AtomOf<'outcome'>

/** A result, and whether it lies in the range that is asked for. */
interface Judged {
  mapping: StoredResult['mapping']
  isIn: boolean
}

/** Returns the results that a condition is about; those without a number say nothing. */
function judged({ db, studyId }: Scope, atom: Outcome): Judged[] {
  const { benchmark, metric, min, max } = atom
  const key = benchmarkKey(benchmark)
  const found = keptResults(db, studyId).results.filter(
    (one) =>
      benchmarkKey(one.benchmark) === key && one.metric === metric && one.subBenchmark === null,
  )
  if (found.length === 0) {
    const message = `This study has no results of "${benchmark}" with the metric "${metric}". Import them on the Results page, or choose others.`
    throw new AppError('invalid_input', message)
  }
  return found.flatMap((one) => {
    const value = percentOf(one) ?? one.value
    if (value === null) return []
    return [{ mapping: one.mapping, isIn: value >= (min ?? value) && value <= (max ?? value) }]
  })
}

/** Returns the rows of a cell that a model was trained on, as far as that is known; null where none are. */
function trainedOn(
  { db, studyId, select }: Scope,
  { armKey, round, seedSets, subsetId }: StoredResult['mapping'],
): (cell: CellRef) => Mask | null {
  if (subsetId !== null) {
    const rows = select(exportedRows(db, studyId, subsetId).filter)
    return (cell) => indexesToMask(rows.get(cell.no) ?? [], cell.rowCount)
  }
  // Of which round a row is decides whether it was in; seeds have one only.
  if (armKey === null || (round === null && armKey !== SEEDS_KEY)) return () => null
  const rounds = round === null || armKey === SEEDS_KEY ? [] : [round]
  return (cell) =>
    isFrom(cell, { seedSets, arms: [armKey], rounds })
      ? new Uint8Array(cell.rowCount).fill(1)
      : null
}

// Conditions that are being asked: an export that was made by one of them would ask it again, for ever.
const asked = new Set<string>()

function once<R>({ studyId }: Scope, atom: Outcome, work: () => R): R {
  const key = `${studyId}/${JSON.stringify(atom)}`
  if (asked.has(key)) {
    const message =
      'This condition asks for models trained on an export that the same condition chose. Name the evolver and round of these models on the Results page, or remove the condition.'
    throw new AppError('invalid_input', message)
  }
  asked.add(key)
  try {
    return work()
  } finally {
    asked.delete(key)
  }
}

/** Rows on which models were trained whose result lies in a range. */
export const outcome: ConditionKind<Outcome> = {
  open(scope, atom) {
    const results = once(scope, atom, () =>
      judged(scope, atom).map(({ mapping, isIn }) => ({ isIn, rowsIn: trainedOn(scope, mapping) })),
    )
    return (mask, cell) => {
      const kept = new Uint8Array(mask.length)
      const refused = new Uint8Array(mask.length)
      for (const { isIn, rowsIn } of results) {
        const to = isIn ? kept : refused
        rowsIn(cell)?.forEach((bit, row) => {
          if (bit === 1) to[row] = 1
        })
      }
      if (atom.every) refused.forEach((bit, row) => (kept[row] = bit === 1 ? 0 : (kept[row] ?? 0)))
      intersect(mask, kept)
    }
  },
}
