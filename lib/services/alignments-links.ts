import { randomUUID } from 'node:crypto'
import { eq, min } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { alignments } from '@/db/schema'
import { throwIfAborted } from '@/lib/errors'
import { operatorSql, rotationOperator, type OperatorRule } from './alignments-operators'
import { inTransaction } from './cells-staging'

/** Links written in one transaction: about 30 ms. */
const LINK_ROWS = 20_000

/** A cell as alignment sees it: `rowCount` counts positions. */
export interface AlignedCell {
  no: number
  seedSetId: string
  round: number
  rowCount: number
}

/** One link; the operator is null when it is not known. */
export interface Link {
  childIdx: number
  parentIdx: number
  operator: string | null
}

/** Creates a staged alignment (version below 1, unseen by readers) and returns its key. */
export function openAlignment(
  db: Db,
  childCellNo: number,
  parentCellNo: number | null,
  kind: 'birth' | 'index' | 'id' | 'text',
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

/** Counts the links of a staged alignment, stores the parameters, and returns matched and total rows. */
export function closeAlignment(
  db: Db,
  alignmentNo: number,
  childCellNo: number,
  params: Record<string, unknown>,
): { matched: number; total: number } {
  const count = (sql: string, no: number) => (db.$client.prepare(sql).get(no) as { n: number }).n
  const matched = count('select count(*) as n from links where alignment_no = ?', alignmentNo)
  const total = count('select count(*) as n from rows where cell_no = ?', childCellNo)
  db.update(alignments).set({ params, matched, total }).where(eq(alignments.no, alignmentNo)).run()
  return { matched, total }
}

/** Links row i to row i of the parent, or to slot i when there is no parent cell. */
export function linkByIndex(
  db: Db,
  alignmentNo: number,
  child: AlignedCell,
  parentNo: number | null,
  rule: OperatorRule,
  signal?: AbortSignal,
): void {
  const operator = operatorSql(rule, child.round)
  const source = rule === 'none' ? 'null' : "'inferred'"
  const join = parentNo === null ? '' : 'join rows p on p.cell_no = @parent and p.idx = c.idx'
  const statement = db.$client.prepare(
    `insert into links (alignment_no, child_idx, parent_idx, confidence, operator, operator_source)
     select @alignment, c.idx, c.idx, 1, ${operator}, ${source} from rows c ${join}
     where c.cell_no = @child and c.idx >= @from and c.idx < @to`,
  )
  const parent = parentNo === null ? {} : { parent: parentNo }
  for (let from = 0; from < child.rowCount; from += LINK_ROWS) {
    throwIfAborted(signal)
    statement.run({
      alignment: alignmentNo,
      child: child.no,
      from,
      to: from + LINK_ROWS,
      ...parent,
    })
  }
}

function externalIds(db: Db, cellNo: number): Map<string, number> | null {
  const found = db.$client
    .prepare('select external_id, idx from rows where cell_no = ? and external_id is not null')
    .raw()
    .iterate(cellNo) as Iterable<[string, number]>
  const ids = new Map<string, number>()
  let n = 0
  for (const [id, idx] of found) {
    ids.set(id, idx)
    n++
  }
  return n > 0 && ids.size === n ? ids : null
}

/** Returns links between equal ids, or null when either side lacks ids or repeats one. Operators follow the parent's row. */
export function idLinks(
  db: Db,
  child: AlignedCell,
  parentNo: number,
  rule: OperatorRule,
): Link[] | null {
  const ours = externalIds(db, child.no)
  const theirs = externalIds(db, parentNo)
  if (!ours || !theirs) return null
  const links: Link[] = []
  for (const [id, childIdx] of ours) {
    const parentIdx = theirs.get(id)
    if (parentIdx === undefined) continue
    links.push({ childIdx, parentIdx, operator: rotationOperator(rule, parentIdx, child.round) })
  }
  return links
}

/** Writes links in short transactions; `operatorSource` says how a known operator is known. */
export function writeLinks(
  db: Db,
  alignmentNo: number,
  links: readonly Link[],
  operatorSource: 'recorded' | 'inferred',
): void {
  const statement = db.$client.prepare(
    'insert into links (alignment_no, child_idx, parent_idx, confidence, operator, operator_source) values (?, ?, ?, 1, ?, ?)',
  )
  for (let start = 0; start < links.length; start += LINK_ROWS) {
    inTransaction(db, () => {
      for (const link of links.slice(start, start + LINK_ROWS)) {
        const source = link.operator === null ? null : operatorSource
        statement.run(alignmentNo, link.childIdx, link.parentIdx, link.operator, source)
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
  const statement = db.$client.prepare(
    `update rows set slot = ${slot} where cell_no = @child and idx >= @from and idx < @to and slot is not ${slot}`,
  )
  const parent = parentNo === null ? {} : { parent: parentNo }
  for (let from = 0; from < child.rowCount; from += LINK_ROWS) {
    throwIfAborted(signal)
    statement.run({
      alignment: alignmentNo,
      child: child.no,
      from,
      to: from + LINK_ROWS,
      ...parent,
    })
  }
}
