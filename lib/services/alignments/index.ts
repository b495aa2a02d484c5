import { eq, max } from 'drizzle-orm'
import { z } from 'zod'
import { inTransaction, type Db } from '@/db/client'
import { rows, seedSets } from '@/db/schema'
import { throwIfAborted } from '@/lib/errors'
import {
  ALIGN_WAYS,
  alignSettingsSchema,
  isByLikeness,
  operatorRuleSchema,
  SIMILARITY_THRESHOLD,
  type AlignSettings,
  type AlignWay,
  type OperatorRule,
  type ParentPlace,
} from '@/lib/contracts/operators'
import { checkIndexAlignment, checkPairs } from './check'
import { embeddedPairs } from './embedding'
import { pairByIds } from './ids'
import {
  closeAlignment,
  copyLinks,
  linkByIndex,
  openAlignment,
  setOperators,
  updateSlots,
  writeLinks,
  type AlignedCell,
} from './links'
import { checkOperatorRule, operatorSql, type OperatorSql } from './operators'
import { recordedLinks } from './recorded'
import { linksOfPairs, similarPairs, type PairRule } from './similarity'
import { textLinks } from './texts'
import { currentCells, newestAlignment, type AlignmentRow, type CellRef } from '../cells'
import { discardAlignment, publishAlignments } from '../cells/staging'

const requestSchema = z.object({
  request: z.enum(ALIGN_WAYS).exclude(['none']),
  operators: operatorRuleSchema,
  parentAlignmentNo: z.number().nullable(),
  ...alignSettingsSchema.shape,
})

/** What the user asked for at import; kept with the alignment, so that it can be made again when a parent arrives. */
export interface AlignRequest extends AlignSettings {
  request: AlignWay
  operators: OperatorRule
}

/** What an alignment came to. */
export interface AlignResult {
  alignmentNo: number
  /** How rows were aligned in the end. */
  kind: string
  matched: number
  total: number
  /** Why rows are not matched, in words; null when nothing speaks against them. */
  reason: string | null
  /** What was done instead of what was asked for, in words. */
  note: string | null
  /** Rows whose operator is known. */
  operatorRows: number
}

interface Outcome {
  kind: AlignWay
  reason: string | null
  note: string | null
  check: Record<string, unknown>
}

function slotCountOf(db: Db, seedSetId: string): number {
  const found = db
    .select({ slotCount: seedSets.slotCount })
    .from(seedSets)
    .where(eq(seedSets.id, seedSetId))
    .get()
  return found?.slotCount ?? 0
}

const refused = (kind: Outcome['kind'], reason: string, check: object = {}): Outcome => ({
  kind,
  reason,
  note: null,
  check: { ...check },
})

/** Links rows by id; parts of ids, and ids that nobody asked for, must also lead to texts that are alike. */
function alignById(
  db: Db,
  alignmentNo: number,
  cells: { child: AlignedCell; parent: AlignedCell | null },
  operators: OperatorSql,
  isAsked: boolean,
): Outcome {
  const { child, parent } = cells
  if (!parent) return refused('id', 'the parent file is not here yet')
  const pairing = pairByIds(db, child.no, parent.no)
  if (pairing.links === null) return refused('id', pairing.reason)
  const { links, how, isEqual } = pairing
  const check = checkPairs(db, child.no, parent.no, links)
  if (check.reason !== null && !(isAsked && isEqual)) {
    return refused('id', `by ${how}, ${check.reason}`, check)
  }
  writeLinks(db, alignmentNo, links)
  setOperators(db, alignmentNo, child, operators)
  return { kind: 'id', reason: null, note: `aligned by id: ${how}`, check: { ...check } }
}

/** Links rows by the text that they say they were made from; rows without one parent stay without a link. */
function alignByText(
  db: Db,
  alignmentNo: number,
  { child, parent }: { child: AlignedCell; parent: AlignedCell | null },
  operators: OperatorSql,
): Outcome {
  if (!parent) return refused('text', 'the parent file is not here yet')
  const { links, reason } = textLinks(db, child, parent.no)
  writeLinks(db, alignmentNo, links)
  setOperators(db, alignmentNo, child, operators)
  return { kind: 'text', reason, note: null, check: {} }
}

/** Links rows to their parents as an export recorded them, with their operators unless a rule gives others. */
function alignAsRecorded(
  db: Db,
  alignmentNo: number,
  { child, parent }: { child: AlignedCell; parent: AlignedCell | null },
  operators: OperatorSql,
): Outcome {
  const { links, reason, how } = recordedLinks(db, child, parent)
  writeLinks(db, alignmentNo, links)
  setOperators(db, alignmentNo, child, operators)
  return { kind: 'lineage', reason, note: links.length > 0 ? `aligned ${how}` : null, check: {} }
}

/** Links rows to those of the parent that are most like them, by texts or by embeddings, where that is clear. */
function alignByLikeness(
  db: Db,
  alignmentNo: number,
  { child, parent }: { child: AlignedCell; parent: AlignedCell | null },
  operators: OperatorSql,
  wanted: AlignRequest,
): Outcome {
  const kind = wanted.request
  if (!parent) return refused(kind, 'the parent file is not here yet')
  const found =
    kind === 'embedding'
      ? embeddedPairs(db, child.no, parent.no, wanted.run)
      : { ...similarPairs(db, child.no, parent.no), reason: null }
  // Never by the texts instead: another likeness would be read as that of the embeddings.
  if (found.reason !== null) return refused(kind, found.reason)
  const rule = pairRuleOf(wanted)
  const [what, none] =
    kind === 'embedding'
      ? [`embeddings (run ${wanted.run})`, 'have no embedding in the run, whose details say why']
      : ['the texts', 'have no row of equal input that shares any of their text']
  const { links, reason } = linksOfPairs(found.pairs, found.total, rule, none)
  writeLinks(db, alignmentNo, links)
  setOperators(db, alignmentNo, child, operators)
  const many = rule.pairing === 'many' ? ', any number of rows for one parent' : ''
  const note = `aligned by likeness of ${what}, at least ${rule.threshold}${many}`
  return { kind, reason, note, check: {} }
}

/** Returns which pairs an alignment by likeness links, with what is usual where it does not say. */
export function pairRuleOf({ threshold, pairing }: AlignSettings): PairRule {
  return { threshold: threshold ?? SIMILARITY_THRESHOLD, pairing: pairing ?? 'one' }
}

function byIndex(
  db: Db,
  alignmentNo: number,
  cells: { child: AlignedCell; parent: AlignedCell | null },
  operators: OperatorSql,
  signal: AbortSignal | undefined,
): Outcome {
  const { child, parent } = cells
  const expected = parent?.rowCount ?? slotCountOf(db, child.seedSetId)
  const isSameLength = expected === 0 || expected === child.rowCount
  const link = (check: object): Outcome => {
    linkByIndex(db, alignmentNo, child, parent?.no ?? null, operators, signal)
    return { kind: 'index', reason: null, note: null, check: { ...check } }
  }
  if (!parent) {
    if (isSameLength) return link({})
    const reason = `it has ${child.rowCount} rows, the other files of this seed set ${expected}`
    return refused('index', reason)
  }
  const check = isSameLength ? checkIndexAlignment(db, child.no, parent.no, child.rowCount) : null
  const reason = check ? check.reason : `it has ${child.rowCount} rows, its parent ${expected}`
  // Where nothing but the counts speaks for row numbers, ids know better.
  if (check?.passed && check.by !== 'count') return link(check)
  const byId = alignById(db, alignmentNo, cells, operators, false)
  if (byId.reason === null) {
    const why = reason ?? 'nothing but the row counts speaks for row numbers'
    return { ...byId, note: `row numbers do not tell (${why}); ${byId.note}` }
  }
  if (check?.passed) return link(check)
  return refused('index', `${reason}; ids do not help: ${byId.reason}`, check ?? {})
}

/** The alignment whose links another one has: an alignment with other operators alone keeps those of its forerunner. */
function linksOf(alignment: AlignmentRow | null): number | null {
  const from = alignment?.params['linksOf']
  return typeof from === 'number' ? from : (alignment?.no ?? null)
}

/**
 * Writes a staged alignment of a child cell with its parent cell (null: with the slots of the seed set) and sets the
 * child's slots. It becomes visible by `publishCell` or `publishAlignments`. When the check fails ids are tried; when they
 * fail too no row is linked, and the reason is kept with the alignment.
 */
export function stageAlignment(
  db: Db,
  child: AlignedCell,
  parent: AlignedCell | null,
  wanted: AlignRequest,
  signal?: AbortSignal,
): AlignResult {
  checkOperatorRule(wanted.operators)
  const alignmentNo = openAlignment(db, child.no, parent?.no ?? null, wanted.request)
  try {
    const operators = operatorSql(db, child.no, child.round, wanted.operators)
    const cells = { child, parent }
    const outcome =
      wanted.request === 'none'
        ? refused('none', 'no alignment was asked for')
        : wanted.request === 'id'
          ? alignById(db, alignmentNo, cells, operators, true)
          : wanted.request === 'text'
            ? alignByText(db, alignmentNo, cells, operators)
            : wanted.request === 'lineage'
              ? alignAsRecorded(db, alignmentNo, cells, operators)
              : isByLikeness(wanted.request)
                ? alignByLikeness(db, alignmentNo, cells, operators, wanted)
                : byIndex(db, alignmentNo, cells, operators, signal)
    updateSlots(db, alignmentNo, child, parent?.no ?? null, signal)
    const { kind, ...told } = outcome
    const parentAlignmentNo = parent ? linksOf(newestAlignment(db, parent.no)) : null
    const params = { ...wanted, parentAlignmentNo, ...told }
    const counts = closeAlignment(db, alignmentNo, child.no, kind, params)
    return { alignmentNo, kind, reason: told.reason, note: told.note, ...counts }
  } catch (error) {
    discardAlignment(db, alignmentNo)
    throw error
  }
}

/** Writes a staged alignment with the links of the newest one and other operators; lineage and slots stay. */
export function stageOperators(
  db: Db,
  child: AlignedCell,
  newest: AlignmentRow,
  rule: OperatorRule,
  signal?: AbortSignal,
): AlignResult {
  checkOperatorRule(rule)
  const alignmentNo = openAlignment(db, child.no, newest.parentCellNo, 'index')
  try {
    const operators = operatorSql(db, child.no, child.round, rule)
    copyLinks(db, alignmentNo, child, newest.no, operators, signal)
    const params = { ...newest.params, operators: rule, linksOf: linksOf(newest) }
    const kind = newest.kind as Outcome['kind']
    const counts = closeAlignment(db, alignmentNo, child.no, kind, params)
    return { alignmentNo, kind, ...toldBy(newest), ...counts }
  } catch (error) {
    discardAlignment(db, alignmentNo)
    throw error
  }
}

/** Returns the reason and the note that an alignment carries. */
export function toldBy({ params }: AlignmentRow): { reason: string | null; note: string | null } {
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return { reason: text(params['reason']), note: text(params['note']) }
}

/** Returns how many slots the alignment of a cell shows its seed set to have; 0 where it says nothing about them. */
export function slotsShown(db: Db, cell: AlignedCell, { kind, matched }: AlignResult): number {
  if (matched === 0) return 0
  if (kind === 'index') return cell.rowCount
  if (kind !== 'lineage') return 0
  const found = db
    .select({ last: max(rows.slot) })
    .from(rows)
    .where(eq(rows.cellNo, cell.no))
    .get()
  return (found?.last ?? -1) + 1
}

/** Returns the number of rows whose operator an alignment knows; older alignments did not count them. */
export function operatorRowsOf({ params, matched }: AlignmentRow): number {
  const counted = params['operatorRows']
  if (typeof counted === 'number') return counted
  return params['operators'] === 'none' ? 0 : matched
}

/** Returns the cell that a place descends from: the file that was chosen, else the same arm one round earlier, or the seeds; null when it is not here. */
export function parentCellOf(
  cellsOfStudy: readonly CellRef[],
  place: { seedSetId: string; armId: string | null; round: number },
  chosen: ParentPlace | null = null,
): CellRef | null {
  if (place.armId === null) return null
  if (chosen) {
    const isChosen = ({ seedSetId, armKey, round }: CellRef) =>
      seedSetId === place.seedSetId && armKey === chosen.arm && round === chosen.round
    return cellsOfStudy.find(isChosen) ?? null
  }
  const found = cellsOfStudy.find(
    (cell) =>
      cell.seedSetId === place.seedSetId &&
      (place.round <= 1
        ? cell.armId === null
        : cell.armId === place.armId && cell.round === place.round - 1),
  )
  return found ?? null
}

/**
 * Aligns again every file whose parent arrived, changed or was itself aligned again, so that the order of imports makes
 * no difference. Recorded births are never touched. Returns what was aligned. Safe to repeat after a crash.
 */
export function realignStudy(
  db: Db,
  studyId: string,
  signal?: AbortSignal,
): { cell: CellRef; result: AlignResult }[] {
  const all = currentCells(db, studyId)
  const changed: { cell: CellRef; result: AlignResult }[] = []
  const byRound = all.filter((cell) => cell.armId !== null).sort((a, b) => a.round - b.round)
  for (const cell of byRound) {
    throwIfAborted(signal)
    const newest = newestAlignment(db, cell.no)
    const wanted = requestSchema.safeParse(newest?.params)
    if (!newest || !wanted.success) continue
    const parent = parentCellOf(all, cell, wanted.data.parent)
    const parentAlignmentNo = parent ? linksOf(newestAlignment(db, parent.no)) : null
    const current =
      newest.parentCellNo === (parent?.no ?? null) &&
      wanted.data.parentAlignmentNo === parentAlignmentNo
    if (current) continue
    const { parentAlignmentNo: _before, ...asked } = wanted.data
    const result = stageAlignment(db, cell, parent, asked, signal)
    inTransaction(db, () => publishAlignments(db, cell.no))
    changed.push({ cell, result })
  }
  return changed
}
