import { z } from 'zod'
import type { Db } from '@/db/client'
import type { PairSummary } from '@/lib/contracts/pairs'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'
import { carriesValue, statusOf } from '@/lib/contracts/status'
import type { RunInfo } from '@/lib/contracts/study'
import { getMeasured } from '@/lib/metrics'
import { PAIR_VERDICTS } from '@/lib/metrics/judging/pair'
import { currentCells, type CellRef } from '../cells'
import { columnReader, type ColumnReader } from '../columns'
import { listRuns } from '../runs'
import { listArms, listSeedSets } from '../studies/detail'

/** Number of verdicts, as columns hold it; 1 is a loss. */
export const [TIE, WIN] = [2, 3]

/** A run of a judge model over pairs. */
export interface PairRun {
  run: RunInfo
  reader: ColumnReader
  /** Cell that each cell was compared with; absent where none was found. */
  against: Map<string, { cellId: string; set: string | null }>
}

const notesSchema = z.object({ comparedWith: z.string(), comparedSet: z.string().optional() })

/** Returns whether runs of a metric hold verdicts on pairs; of one that this version does not know, no. */
export function isPairRun({ metric }: Pick<RunInfo, 'metric'>): boolean {
  try {
    return getMeasured(metric).inputs.partner === true
  } catch {
    return false
  }
}

/** Returns a run as one over pairs. */
export function pairRun(run: RunInfo, reader: ColumnReader): PairRun {
  const against: PairRun['against'] = new Map()
  for (const [cellId, notes] of Object.entries(run.record.notes)) {
    const found = notesSchema.safeParse(notes).data
    if (found) against.set(cellId, { cellId: found.comparedWith, set: found.comparedSet ?? null })
  }
  return { run, reader, against }
}

/** Returns the runs of a study that judged pairs: those that columns show first, then the newest. */
export function pairRuns(db: Db, studyId: string): PairRun[] {
  const reader = columnReader(db, studyId)
  return listRuns(db, studyId)
    .filter(isPairRun)
    .toSorted((a, b) => Number(b.pinned) - Number(a.pinned))
    .map((run) => pairRun(run, reader))
}

/** Returns one column of a run of pairs in a cell; NaN where a row has no value. */
export function pairValues({ run, reader }: PairRun, key: string, cell: CellRef): Float64Array {
  const { values, status } = reader.read(`${run.metric}.${key}@${run.id}`, cell)
  return Float64Array.from(values, (value, idx) => (carriesValue(status[idx] ?? 0) ? value : NaN))
}

/** Returns the statuses of a run's rows in a cell that have no verdict, with how many have each. */
export function pairReasons({ run, reader }: PairRun, cell: CellRef): Record<string, number> {
  const { status } = reader.read(`${run.metric}.verdict@${run.id}`, cell)
  const reasons: Record<string, number> = {}
  for (const code of status) {
    // 0 and 255: rows that the run has not reached, or leaves out.
    if (code === 0 || code === 255 || carriesValue(code)) continue
    const { name } = statusOf(code)
    reasons[name] = (reasons[name] ?? 0) + 1
  }
  return reasons
}

/** A file that a run judged, with the number of each verdict. */
export type PairPart = Omit<PairSummary['parts'][number], 'cellId'> & { cell: CellRef }

/** Returns a function that gives wins, ties and losses of a run in each of its files that has any. */
export function pairParts(db: Db, studyId: string): (pairs: PairRun) => PairPart[] {
  const cells = currentCells(db, studyId)
  const arms = new Map(listArms(db, studyId).map(({ key, label }) => [key, label]))
  const seedSets = new Map(listSeedSets(db, studyId).map(({ key, label }) => [key, label]))
  const named = ({ armKey, round }: CellRef) =>
    armKey === null ? SEEDS_LABEL : `${arms.get(armKey) ?? armKey}, round ${round}`
  return (pairs) =>
    cells.flatMap((cell) => {
      const verdicts = pairValues(pairs, 'verdict', cell)
      const [lose = 0, tie = 0, win = 0] = PAIR_VERDICTS.map(
        (_, at) => verdicts.filter((value) => value === at + 1).length,
      )
      if (lose + tie + win === 0) return []
      const other = pairs.against.get(cell.id)
      const there = cells.find(({ id }) => id === other?.cellId)
      const set = pairs.run.definition.params['set']
      const against =
        other?.set != null ? `responses "${String(set)}"` : there ? named(there) : null
      const { seedSetKey, armKey, round } = cell
      const seedSet = seedSets.get(seedSetKey) ?? seedSetKey
      const label = named(cell)
      return [{ cell, seedSetKey, seedSet, armKey, round, label, against, win, tie, lose }]
    })
}
