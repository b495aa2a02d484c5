import { and, asc, eq, getTableColumns, isNull, sql } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { arms, cells, runCells, runs, seedSets } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import type { ArmInfo, CellInfo, SeedSetInfo, StudyDetail } from '@/lib/contracts/study'
import type { AppError } from '@/lib/errors'
import { operatorRowsOf, toldBy } from '../alignments'
import { currentResponseSet, listedCells, newestAlignment, type CellRef } from '../cells'
import { listColumns } from '../columns'
import { studyRuns } from '../columns/runs'
import { answersIn } from '../responses/answers'
import { listRuns } from '../runs'
import { OUTDATED } from '../runs/outdated'
import { getStudy } from '../studies'

type Progress = { total: number; done: number; valued: number }

/** Returns the study's seed sets in display order. */
export function listSeedSets(db: Db, studyId: string): SeedSetInfo[] {
  const { id, key, label, slotCount } = seedSets
  return db
    .select({ id, key, label, slotCount })
    .from(seedSets)
    .where(eq(seedSets.studyId, studyId))
    .orderBy(asc(seedSets.position), asc(seedSets.key))
    .all()
}

/** Returns the study's arms in the order of their colours. */
export function listArms(db: Db, studyId: string): ArmInfo[] {
  const { id, key, label, model, decoding, colorIndex } = arms
  const armClass = sql<ArmInfo['armClass']>`${arms.armClass}`
  const scenario = sql<ArmInfo['scenario']>`${arms.scenario}`
  return db
    .select({ id, key, label, armClass, scenario, model, decoding, colorIndex })
    .from(arms)
    .where(eq(arms.studyId, studyId))
    .orderBy(asc(arms.colorIndex), asc(arms.key))
    .all()
}

type CellProgress = Progress & { isOutdated: boolean }

function cellProgress(db: Db, studyId: string): Map<number, Map<number, CellProgress>> {
  const byCell = new Map<number, Map<number, CellProgress>>()
  const { cellNo, runNo, total, done, valued } = runCells
  const found = db
    .select({ cellNo, runNo, total, done, valued, outdated: OUTDATED })
    .from(runCells)
    .innerJoin(runs, eq(runCells.runNo, runs.no))
    .where(and(eq(runs.studyId, studyId), isNull(runs.deletedAt)))
    .all()
  for (const { cellNo: cell, runNo: run, outdated, ...progress } of found) {
    const ofCell = byCell.get(cell) ?? new Map<number, CellProgress>()
    byCell.set(cell, ofCell.set(run, { ...progress, isOutdated: outdated === 1 }))
  }
  return byCell
}

function responsesOf(
  db: Db,
  cell: CellRef,
  rows: number,
  flags: Record<string, number>,
): CellInfo['responses'] {
  const set = currentResponseSet(db, cell.no)
  if (!set) return null
  const { answered } = answersIn(db, set, { rows, flags })
  return { label: set.label, present: answered, missing: Math.max(0, rows - answered) }
}

/** Returns the whole description of a study: sums and counts only, so its cost does not grow with the rows. */
export function getStudyDetail(db: Db, studyId: string): StudyDetail {
  const study = getStudy(db, studyId)
  const runList = studyRuns(db, studyId)
  const progress = cellProgress(db, studyId)
  const unreadable = new Set<string>()
  const onError = ({ message }: AppError) => unreadable.add(message)
  const { no, source, report, createdAt } = getTableColumns(cells)
  const query = db
    .select({ no, source, report, createdAt })
    .from(cells)
    .where(and(eq(cells.studyId, studyId), isNull(cells.supersededAt)))
  const read = readableRows(() => query.all())
  for (const { error } of read.unreadable) onError(error)
  const facts = new Map(read.rows.map((row) => [row.no, row]))
  const metrics = [...new Set(runList.map((run) => run.metricId))]

  function metricsOf(cell: CellRef): CellInfo['metrics'] {
    return metrics.flatMap((metric) => {
      const shown = runList.find((run) => run.metricId === metric)
      const same = runList.filter(
        (run) => run.metricId === metric && run.definitionHash === shown?.definitionHash,
      )
      const reached = same.flatMap((run) => {
        const found = progress.get(cell.no)?.get(run.no)
        return found ? [{ metric, runId: run.id, ...found }] : []
      })
      // Runs of one definition extend each other: the one that reached furthest speaks for the cell, under the alignment
      // that stands now if there is one.
      const furthest = reached.sort(
        (a, b) => Number(a.isOutdated) - Number(b.isOutdated) || b.done - a.done,
      )[0]
      return furthest ? [furthest] : []
    })
  }

  const cellInfos = listedCells(db, studyId, onError).map((cell): CellInfo => {
    const fact = facts.get(cell.no)
    const rows = cell.rowCount - cell.skipped.length
    const alignment = newestAlignment(db, cell.no)
    const came = fact?.report?.flags ?? {}
    const responses = responsesOf(db, cell, rows, came)
    const { no_response: _came, ...others } = came
    const missing = responses?.missing ?? 0
    const flags = missing > 0 ? { ...others, no_response: missing } : others
    return {
      id: cell.id,
      seedSetKey: cell.seedSetKey,
      armKey: cell.armKey,
      round: cell.round,
      revision: cell.revision,
      rowCount: rows,
      fileName: fact?.source.fileName ?? '',
      sourceKind: fact?.source.kind ?? 'file',
      sha256: fact?.source.sha256 ?? '',
      format: fact?.source.format ?? '',
      createdAt: fact?.createdAt ?? 0,
      alignment: alignment && {
        kind: alignment.kind,
        matched: alignment.matched,
        total: alignment.total,
        version: alignment.version,
        ...toldBy(alignment),
        operatorRows: operatorRowsOf(alignment),
      },
      responses,
      flags,
      skipped: cell.skipped.length,
      metrics: metricsOf(cell),
    }
  })
  return {
    study,
    seedSets: listSeedSets(db, studyId),
    arms: listArms(db, studyId),
    cells: cellInfos,
    columns: listColumns(db, studyId),
    // Pinned runs first; the sort is stable, so each part stays newest first.
    runs: listRuns(db, studyId, onError).toSorted((a, b) => Number(b.pinned) - Number(a.pinned)),
    unreadable: [...unreadable],
  }
}
