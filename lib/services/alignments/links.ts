import { randomUUID } from 'node:crypto'
import { and, count, eq, isNull, min } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { hotWrite } from '@/db/hot-sql'
import { alignments, links, rows } from '@/db/schema'
import type { AlignWay } from '@/lib/contracts/operators'
import { throwIfAborted } from '@/lib/errors'
import type { OperatorSql } from './operators'

/** Links written in one transaction: about 30 ms. */
const LINK_ROWS = 20_000

/** A cell as alignment sees it: `rowCount` counts positions. */
export interface AlignedCell {
  no: number
  seedSetId: string
  round: number
  rowCount: number
}

/** One link. */
export interface Link {
  childIdx: number
  parentIdx: number
  /** How sure the link is; 1 where it is left out. */
  confidence?: number
}

/** A link of a row made here, or exported before, whose operator was recorded. */
export interface RecordedLink extends Link {
  operator: string | null
  /** How the operator was known; recorded where it is left out. */
  operatorSource?: 'recorded' | 'inferred' | 'stated'
}

/** Creates a staged alignment (version below 1, unseen by readers) and returns its key. */
export function openAlignment(
  db: Db,
  childCellNo: number,
  parentCellNo: number | null,
  kind: 'birth' | AlignWay,
): number {
  const lowest = db
    .select({ version: min(alignments.version) })
    .from(alignments)
    .where(eq(alignments.childCellNo, childCellNo))
    .get()
  const row = db
    .insert(alignments)
    .values({
      id: randomUUID(),
      childCellNo,
      parentCellNo,
      kind,
      version: Math.min(0, lowest?.version ?? 0) - 1,
      params: {},
      matched: 0,
      total: 0,
      createdAt: Date.now(),
    })
    .returning({ no: alignments.no })
    .get()
  return row.no
}

/** Counts the links of a staged alignment, stores kind and parameters, and returns matched and total rows and rows with a known operator. */
export function closeAlignment(
  db: Db,
  alignmentNo: number,
  childCellNo: number,
  kind: 'birth' | AlignWay,
  given: Record<string, unknown>,
): { matched: number; total: number; operatorRows: number } {
  // A column may be empty in some rows: their operator is not recorded.
  const ofAlignment = eq(links.alignmentNo, alignmentNo)
  db.update(links)
    .set({ operatorSource: null })
    .where(and(ofAlignment, isNull(links.operator), eq(links.operatorSource, 'recorded')))
    .run()
  const counts = db
    .select({ matched: count(), operatorRows: count(links.operator) })
    .from(links)
    .where(ofAlignment)
    .get()
  const { matched, operatorRows } = counts ?? { matched: 0, operatorRows: 0 }
  const all = db.select({ n: count() }).from(rows).where(eq(rows.cellNo, childCellNo)).get()
  const total = all?.n ?? 0
  // Counted once here: pages ask for it with every look at the study.
  const params = { ...given, operatorRows }
  db.update(alignments)
    .set({ kind, params, matched, total })
    .where(eq(alignments.no, alignmentNo))
    .run()
  return { matched, total, operatorRows }
}

function inSteps(
  child: AlignedCell,
  signal: AbortSignal | undefined,
  run: (range: { from: number; to: number }) => void,
): void {
  for (let from = 0; from < child.rowCount; from += LINK_ROWS) {
    throwIfAborted(signal)
    run({ from, to: from + LINK_ROWS })
  }
}

/** Links row i to row i of the parent, or to slot i when there is no parent cell. */
export function linkByIndex(
  db: Db,
  alignmentNo: number,
  child: AlignedCell,
  parentNo: number | null,
  operators: OperatorSql,
  signal?: AbortSignal,
): void {
  const join = parentNo === null ? '' : 'join rows p on p.cell_no = @parent and p.idx = c.idx'
  const statement = hotWrite(db, {
    why: 'links every row of a file',
    sql: `insert into links (alignment_no, child_idx, parent_idx, confidence, operator, operator_source)
     select @alignment, c.idx, c.idx, 1, ${operators.sql('c.idx')}, ${operators.source} from rows c ${join}
     where c.cell_no = @child and c.idx >= @from and c.idx < @to`,
  })
  const parent = parentNo === null ? {} : { parent: parentNo }
  const fixed = { alignment: alignmentNo, child: child.no, ...operators.params, ...parent }
  inSteps(child, signal, (range) => statement.run({ ...fixed, ...range }))
}

/** Copies the links of another alignment of the same rows with other operators. */
export function copyLinks(
  db: Db,
  alignmentNo: number,
  child: AlignedCell,
  from: number,
  operators: OperatorSql,
  signal?: AbortSignal,
): void {
  const statement = hotWrite(db, {
    why: 'links every row of a file',
    sql: `insert into links (alignment_no, child_idx, parent_idx, confidence, operator, operator_source)
     select @alignment, l.child_idx, l.parent_idx, l.confidence, ${operators.sql('l.parent_idx')}, ${operators.source}
     from links l join rows c on c.cell_no = @child and c.idx = l.child_idx
     where l.alignment_no = @source and l.child_idx >= @from and l.child_idx < @to`,
  })
  const fixed = { alignment: alignmentNo, child: child.no, source: from, ...operators.params }
  inSteps(child, signal, (range) => statement.run({ ...fixed, ...range }))
}

/** Gives the links of an alignment their operators; a rotation goes by the parent's row. */
export function setOperators(
  db: Db,
  alignmentNo: number,
  child: AlignedCell,
  operators: OperatorSql,
  signal?: AbortSignal,
): void {
  if (operators.isNone) return
  const statement = hotWrite(db, {
    why: 'goes over every link of a file',
    sql: `update links set operator = ${operators.sql('links.parent_idx')}, operator_source = ${operators.source}
     from rows c where c.cell_no = @child and c.idx = links.child_idx
       and links.alignment_no = @alignment and links.child_idx >= @from and links.child_idx < @to`,
  })
  const fixed = { alignment: alignmentNo, child: child.no, ...operators.params }
  inSteps(child, signal, (range) => statement.run({ ...fixed, ...range }))
}

const NO_OPERATOR: Pick<RecordedLink, 'operator' | 'operatorSource'> = { operator: null }

/** Writes links in short transactions; operators that a link brings were recorded. */
export function writeLinks(
  db: Db,
  alignmentNo: number,
  found: readonly (Link | RecordedLink)[],
): void {
  const statement = hotWrite(db, {
    why: 'once a row',
    sql: 'insert into links (alignment_no, child_idx, parent_idx, confidence, operator, operator_source) values (?, ?, ?, ?, ?, ?)',
  })
  for (let start = 0; start < found.length; start += LINK_ROWS) {
    inTransaction(db, () => {
      for (const link of found.slice(start, start + LINK_ROWS)) {
        const { operator, operatorSource = 'recorded' } = 'operator' in link ? link : NO_OPERATOR
        const source = operator === null ? null : operatorSource
        const { childIdx, parentIdx, confidence = 1 } = link
        statement.run(alignmentNo, childIdx, parentIdx, confidence, operator, source)
      }
    })
  }
}

/** Gives every row of the child the slot of its parent row (or the slot it is linked to), null where it has no link. */
export function updateSlots(
  db: Db,
  alignmentNo: number,
  child: AlignedCell,
  parentNo: number | null,
  signal?: AbortSignal,
): void {
  const slot =
    parentNo === null
      ? '(select l.parent_idx from links l where l.alignment_no = @alignment and l.child_idx = rows.idx)'
      : '(select p.slot from links l join rows p on p.cell_no = @parent and p.idx = l.parent_idx where l.alignment_no = @alignment and l.child_idx = rows.idx)'
  const statement = hotWrite(db, {
    why: 'goes over every row of a file',
    sql: `update rows set slot = ${slot} where cell_no = @child and idx >= @from and idx < @to and slot is not ${slot}`,
  })
  const parent = parentNo === null ? {} : { parent: parentNo }
  const fixed = { alignment: alignmentNo, child: child.no, ...parent }
  inSteps(child, signal, (range) => statement.run({ ...fixed, ...range }))
}
