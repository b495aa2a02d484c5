import { eq, sql } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { seedSets } from '@/db/schema'
import {
  ALIGN_WAYS,
  alignSettingsSchema,
  isByLikeness,
  operatorRuleSchema,
  type AlignCellsRequest,
  type AlignWay,
  type AlignmentFacts,
} from '@/lib/contracts/operators'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import type { Job } from '@/lib/contracts/job'
import { AppError } from '@/lib/errors'
import { enqueue } from '@/lib/queue/queue'
import { publishedRotation } from '@/lib/paper/published'
import { OPERATORS } from '@/lib/prompts/operators'
import {
  operatorRowsOf,
  pairRuleOf,
  parentCellOf,
  slotsShown,
  stageAlignment,
  stageOperators,
  toldBy,
  type AlignResult,
} from '../alignments'
import { embeddingRuns } from './embedding'
import { ID_RULE, columnsOfCell } from './ids'
import { checkOperatorRule, operatorColumn } from './operators'
import { currentCells, getCell, newestAlignment, type AlignmentRow, type CellRef } from '../cells'
import { publishAlignments } from '../cells/staging'
import type { ServiceContext } from '../context'
import { getStudy } from '../studies'
import { cellPlace } from '@/lib/contracts/seeds'

/** Columns offered for operators; a file of more has them elsewhere. */
const MAX_COLUMNS = 200

type Change = Omit<AlignCellsRequest, 'cells'>

function requestOf(alignment: AlignmentRow | null): AlignWay {
  return ALIGN_WAYS.find((way) => way === alignment?.params['request']) ?? 'none'
}

function rulesOf(alignment: AlignmentRow | null) {
  return operatorRuleSchema.safeParse(alignment?.params['operators']).data ?? 'none'
}

/** Rule of likeness, run and parent file of an alignment; what is usual where they are not kept with it. */
function settingsOf(alignment: AlignmentRow | null) {
  const kept = alignSettingsSchema.safeParse(alignment?.params ?? {}).data ?? {}
  return { ...pairRuleOf(kept), run: kept.run ?? null, parent: kept.parent ?? null }
}

/** Files from which rows of a cell can descend: earlier rounds of its seed set, so that links never form a circle. */
function possibleParents(db: Db, cell: CellRef): CellRef[] {
  return currentCells(db, cell.studyId).filter(
    ({ seedSetId, armId, round }) =>
      seedSetId === cell.seedSetId && (armId === null || round < cell.round),
  )
}

/** Throws `conflict` for rows whose parents and operators are recorded, and for seeds; `invalid_input` for operators without parents. */
function checkChange(db: Db, cell: CellRef, alignment: AlignmentRow | null, change: Change): void {
  const name = cellPlace(cell)
  if (cell.armId === null)
    throw new AppError('conflict', `${name}: seeds have no parents to align with.`)
  if (alignment?.kind === 'birth') {
    throw new AppError(
      'conflict',
      `${name}: these rows were made here; their parents and operators are recorded.`,
    )
  }
  const { parent } = change
  const isHere = ({ armKey, round }: CellRef) => armKey === parent?.arm && round === parent.round
  if (parent && !possibleParents(db, cell).some(isHere)) {
    const choices = possibleParents(db, cell).map(cellPlace).join('; ')
    throw new AppError(
      'invalid_input',
      `${name}: the parent file must be one of the same seed set and an earlier round: ${choices || 'there is none'}.`,
    )
  }
  const isUnaligned = (change.align ?? requestOf(alignment)) === 'none'
  if (isUnaligned && (change.operators ?? 'none') !== 'none') {
    throw new AppError(
      'invalid_input',
      `${name}: operators belong to the links between rows and parents. Align the rows by index or id first.`,
    )
  }
}

/** Throws `invalid_input` for an alignment by embedding whose run is not said or not one of likeness to the parent file. */
function checkRun(db: Db, cell: CellRef, alignment: AlignmentRow | null, change: Change): void {
  const way = change.align ?? requestOf(alignment)
  const wanted = change.run ?? settingsOf(alignment).run
  if (way !== 'embedding' && change.run === undefined) return
  if (way !== 'embedding') {
    throw new AppError('invalid_input', 'A run is chosen for alignment by embedding only.')
  }
  const runs = embeddingRuns(db, cell.studyId, cell.id)
  if (runs.some(({ id }) => id === wanted)) return
  const choices = runs.map(({ id, model }) => `${id} (${model ?? 'model not known'})`).join('; ')
  throw new AppError(
    'invalid_input',
    choices === ''
      ? `${cellPlace(cell)}: no run of "Likeness to the parent file" (metric parent_likeness) is here. Compute it with a backend that embeds, then align.`
      : `${cellPlace(cell)}: say which run's embeddings are compared: ${choices}.`,
  )
}

function resultOf(alignment: AlignmentRow): AlignResult {
  const { no: alignmentNo, kind, matched, total } = alignment
  const operatorRows = operatorRowsOf(alignment)
  return { alignmentNo, kind, matched, total, operatorRows, ...toldBy(alignment) }
}

/**
 * Gives a file in the study another alignment or other operators: a new version, with which later runs are made. Runs
 * keep the version they were scored under. Returns what it came to. Throws `conflict` for seeds and rows made here.
 */
export function changeAlignment(
  db: Db,
  studyId: string,
  cellId: string,
  change: Change,
  signal?: AbortSignal,
): AlignResult {
  const cell = getCell(db, studyId, cellId)
  const newest = newestAlignment(db, cell.no)
  checkChange(db, cell, newest, change)
  const operators = change.operators ?? rulesOf(newest)
  const before = { align: requestOf(newest), ...settingsOf(newest) }
  const request = change.align ?? before.align
  const place = change.parent === undefined ? before.parent : change.parent
  const run = change.run ?? before.run
  const likeness = {
    threshold: change.threshold ?? before.threshold,
    pairing: change.pairing ?? before.pairing,
  }
  const settings = {
    ...(isByLikeness(request) ? likeness : {}),
    ...(request === 'embedding' && run !== null ? { run } : {}),
    parent: place,
  }
  const kept = { ...before, ...settings }
  const isSame = request === before.align && canonicalJson(kept) === canonicalJson(before)
  // Asked twice, or a job that goes on after a kill.
  if (newest && isSame && operators === rulesOf(newest)) return resultOf(newest)
  let result: AlignResult
  // Recorded operators come with the links.
  if (newest && isSame && newest.matched > 0 && request !== 'lineage') {
    result = stageOperators(db, cell, newest, operators, signal)
  } else {
    const parent = parentCellOf(currentCells(db, studyId), cell, place)
    result = stageAlignment(db, cell, parent, { request, operators, ...settings }, signal)
  }
  inTransaction(db, () => {
    publishAlignments(db, cell.no)
    const slots = slotsShown(db, cell, result)
    if (slots === 0) return
    db.update(seedSets)
      .set({ slotCount: sql`max(${seedSets.slotCount}, ${slots})` })
      .where(eq(seedSets.id, cell.seedSetId))
      .run()
  })
  return result
}

/** Queues a job that changes the alignment of files and returns it; checks what can be checked before it starts. */
export function startAligning(
  ctx: ServiceContext,
  studyId: string,
  request: AlignCellsRequest,
): Job {
  const { db } = ctx
  getStudy(db, studyId)
  if (request.operators !== undefined) checkOperatorRule(request.operators)
  const chosen = request.cells.map((id) => getCell(db, studyId, id))
  for (const cell of chosen) {
    const newest = newestAlignment(db, cell.no)
    checkChange(db, cell, newest, request)
    checkRun(db, cell, newest, request)
  }
  const [first] = chosen
  const names = { cell: first ? cellPlace(first) : '' }
  return enqueue(db, { kind: 'align', payload: { studyId, ...request }, names, studyId })
}

/** Returns what a page needs to offer another alignment of a file. Throws `not_found`. */
export function alignmentFacts(db: Db, studyId: string, cellId: string): AlignmentFacts {
  const cell = getCell(db, studyId, cellId)
  const newest = newestAlignment(db, cell.no)
  const columns = columnsOfCell(db, cell.no, 'text')
  const likely = operatorColumn(columns)
  const sorted = likely === null ? columns : [likely, ...columns.filter((key) => key !== likely)]
  const rotation = publishedRotation(cell.seedSetKey, cell.rowCount)
  return {
    isRecorded: newest?.kind === 'birth',
    align: requestOf(newest),
    ...settingsOf(newest),
    runs: embeddingRuns(db, studyId, cellId).map(({ parentId: _parent, ...run }) => run),
    parents: possibleParents(db, cell).map(({ armKey, round }) => ({ arm: armKey, round })),
    operators: rulesOf(newest),
    columns: sorted.slice(0, MAX_COLUMNS),
    operatorNames: [...OPERATORS],
    rotation: rotation === null || likely !== null ? null : `rotation${rotation}`,
    idRule: ID_RULE,
  }
}
