import { z } from 'zod'
import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { cells } from '@/db/schema'
import { checkPairs } from './check'
import type { AlignedCell, RecordedLink } from './links'
import { operatorName } from './operators'
import { currentSeeds } from './texts'

/** Key under which a row keeps what an export of Evolens said of it. */
export const LINEAGE_KEY = 'evolens'
/** Numbers of seeds are indices of lists in memory. */
const MAX_SLOT = 5_000_000

const recordedSchema = z.object({
  idx: z.number(),
  id: z.string().nullable().catch(null),
  parentId: z.string().nullable().catch(null),
  seedNo: z.number().int().min(0).max(MAX_SLOT).nullable().catch(null),
  operator: z.string().nullable().catch(null),
  source: z.enum(['recorded', 'inferred', 'stated']).nullable().catch(null),
  confidence: z.number().min(0).max(1).nullable().catch(null),
})
type Recorded = z.output<typeof recordedSchema>

function said(name: string): string {
  return `json_extract(extra, '$.${LINEAGE_KEY}.${name}')`
}

function recordedRows(db: Db, cellNo: number): Recorded[] {
  return hotRead(db, {
    why: 'goes over every row of a file',
    sql: `select idx, ${said('row_id')} as id, ${said('parent_id')} as parentId, ${said('slot')} as seedNo,
      ${said('operator')} as operator, ${said('operator_source')} as source, ${said('alignment_confidence')} as confidence
      from rows where cell_no = ? and json_type(extra, '$.${LINEAGE_KEY}') = 'object' order by idx`,
    row: recordedSchema,
  }).all(cellNo)
}

/** The rows of a cell by the ids under which an export names them: those that they came with, else their own. */
function rowsById(db: Db, { no, rowCount }: AlignedCell): Map<string, number> {
  const recorded = recordedRows(db, no).flatMap(({ id, idx }) =>
    id === null ? [] : [[id, idx] as const],
  )
  if (recorded.length > 0) return new Map(recorded)
  const cell = db.select({ id: cells.id }).from(cells).where(eq(cells.no, no)).get()
  return new Map(Array.from({ length: rowCount }, (_, idx) => [`${cell?.id}:${idx}`, idx]))
}

function linkOf({ idx, operator, source, confidence }: Recorded, parentIdx: number): RecordedLink {
  const name = operator === null ? null : operatorName(operator)
  return {
    childIdx: idx,
    parentIdx,
    confidence: confidence ?? 1,
    operator: name === '' ? null : name,
    ...(source === null ? {} : { operatorSource: source }),
  }
}

/** Rows linked as an export recorded them, and why the others are not. */
export interface RecordedLinks {
  links: RecordedLink[]
  reason: string | null
  how: string
}

/**
 * Returns the links that an export recorded: to the rows that it names as parents; where there is no file of parents, to the numbers of their seeds;
 * where the seeds came from elsewhere, to seeds of the same number, if their texts are alike.
 */
export function recordedLinks(
  db: Db,
  child: AlignedCell,
  parent: AlignedCell | null,
): RecordedLinks {
  const rows = recordedRows(db, child.no)
  const none = (reason: string): RecordedLinks => ({ links: [], reason, how: '' })
  if (rows.length === 0) return none('its rows carry no lineage of an export of Evolens')
  const bySlot = rows.flatMap((row) => (row.seedNo === null ? [] : [linkOf(row, row.seedNo)]))
  if (!parent) {
    if (currentSeeds(db, child.seedSetId)) return none('the parent file is not here yet')
    return { links: bySlot, reason: null, how: 'by the recorded numbers of the seeds' }
  }
  const known = rowsById(db, parent)
  const links: RecordedLink[] = []
  let orphans = 0
  let unknown = 0
  for (const row of rows) {
    const parentIdx = row.parentId === null ? undefined : known.get(row.parentId)
    if (parentIdx !== undefined) links.push(linkOf(row, parentIdx))
    else if (row.parentId === null) orphans += 1
    else unknown += 1
  }
  if (links.length === 0 && unknown > 0 && parent.round === 0) {
    const same = bySlot.filter(({ parentIdx }) => parentIdx < parent.rowCount)
    const { reason } = checkPairs(db, child.no, parent.no, same)
    if (reason === null)
      return {
        links: same,
        reason: null,
        how: 'by the recorded numbers of the seeds, whose texts are alike',
      }
    return none(
      `its parent is not the file that it was exported with; by the numbers of the seeds, ${reason}`,
    )
  }
  const told = [
    ...(orphans > 0 ? [`${orphans} rows were exported without a parent`] : []),
    ...(unknown > 0 ? [`the parents of ${unknown} rows are not in the parent file`] : []),
  ]
  return {
    links,
    reason: told.length > 0 ? told.join('; ') : null,
    how: 'as the export recorded them',
  }
}
