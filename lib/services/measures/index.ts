import { and, desc, eq, inArray, isNull } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { runCells, runs } from '@/db/schema'
import type { FigureTable } from '@/lib/contracts/figure'
import {
  setFields,
  setRecordSchema,
  type SetCell,
  type SetRecord,
  type SetRun,
} from '@/lib/contracts/measure'
import { unitless } from '@/lib/figures/shared/text'
import { listSetMeasures } from '@/lib/metrics'
import { currentCells } from '../cells'
import type { RunRow } from '../runs/extend-run'
import { getStudy } from '../studies'
import { listArms, listSeedSets } from '../studies/detail'

/** Returns what a run recorded of a cell, or null when it holds no numbers of a set. */
export function setRecordOf(notes: Record<string, unknown>, cellId: string): SetRecord | null {
  return setRecordSchema.safeParse(notes[cellId]).data ?? null
}

function cellsOf(db: Db, studyId: string, chosen: readonly RunRow[]): Map<number, SetCell[]> {
  const seedSets = new Map(listSeedSets(db, studyId).map((set) => [set.key, set.label]))
  const arms = new Map(listArms(db, studyId).map((arm) => [arm.key, arm.label]))
  const numbers = chosen.map(({ no }) => no)
  const entries = db.select().from(runCells).where(inArray(runCells.runNo, numbers)).all()
  const found = new Map<number, SetCell[]>(numbers.map((no) => [no, []]))
  for (const cell of currentCells(db, studyId)) {
    const { id, no, seedSetKey, armKey, round } = cell
    for (const { runNo, total, done } of entries.filter(({ cellNo }) => cellNo === no)) {
      const notes = chosen.find((run) => run.no === runNo)?.record.notes ?? {}
      found.get(runNo)?.push({
        cellId: id,
        seedSetKey,
        seedSet: seedSets.get(seedSetKey) ?? seedSetKey,
        armKey,
        arm: armKey === null ? 'Seeds' : (arms.get(armKey) ?? armKey),
        round,
        rows: total,
        // Rows that came since are not in the numbers; the job that adds them makes new ones.
        record: done === total ? setRecordOf(notes, id) : null,
      })
    }
  }
  return found
}

/** Returns the runs of measures of a set with their numbers, the newest first within each measure; `ids` names some of them. */
export function listSetRuns(db: Db, studyId: string, ids?: readonly string[]): SetRun[] {
  getStudy(db, studyId)
  const measures = listSetMeasures()
  const known = measures.map(({ id }) => id)
  const chosen = db
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.studyId, studyId),
        isNull(runs.deletedAt),
        inArray(runs.metricId, known),
        ids ? inArray(runs.id, [...ids]) : undefined,
      ),
    )
    .orderBy(desc(runs.no))
    .all()
  const cells = cellsOf(db, studyId, chosen)
  return measures.flatMap((metric) =>
    chosen
      .filter((run) => run.metricId === metric.id)
      .map(({ no, id, definition, definitionHash, pinned, rowSet }) => ({
        runId: id,
        metric: metric.id,
        label: metric.label,
        definitionHash,
        pinned,
        isSubset: rowSet.kind !== 'all',
        params: definition.params,
        outputs: [...(metric.set?.outputs ?? [])],
        cells: cells.get(no) ?? [],
      })),
  )
}

const COLUMNS = unitless({
  measure: 'Measure',
  number: 'Number',
  seedSet: 'Seed set',
  evolver: 'Evolver',
  round: 'Round',
  n: 'Rows of a draw',
  draws: 'Draws',
  mean: 'Mean',
  sd: 'SD over draws',
  min: 'Smallest draw',
  max: 'Largest draw',
  reason: 'Reason',
  size: 'Rows of the cell',
  whole: 'Whole cell',
  wholeReason: 'Reason for the whole cell',
  unit: 'Unit',
  definition: 'Definition',
  run: 'Run',
})

/** Returns one line a number and cell: the value at equal size with its spread, the whole cell's, and which run it is of. */
export function setRunsTable(list: readonly SetRun[]): FigureTable {
  const rows = list.flatMap(({ label, outputs, cells, definitionHash, runId }) =>
    cells.flatMap(({ seedSet, arm, round, record }) =>
      outputs.map(({ key, label: number, unit }) => ({
        measure: label,
        number,
        seedSet,
        evolver: arm,
        round,
        ...setFields(record, key),
        unit,
        definition: definitionHash,
        run: runId,
      })),
    ),
  )
  return { columns: COLUMNS, rows }
}
