import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { cells } from '@/db/schema'
import { readStored } from '@/db/stored-json'
import { chatTagsSchema } from '@/lib/contracts/cell'
import { plainObjectSchema } from '@/lib/contracts/plain-object'
import { runDefinitionSchema } from '@/lib/contracts/run'
import { answeredTurn } from '@/lib/formats/shared/answered-turn'
import type { MetricRow } from '@/lib/metrics/types'

/** Which texts a run reads in one cell. */
export interface RowSource {
  cellNo: number
  responseSetNo: number | null
  alignmentNo: number | null
  /** Whether the metric asks for parents. */
  parent: boolean
  /** Whether it asks for seeds. */
  seed?: boolean
  /** Whether it asks why the evolver stopped. */
  finishReason?: boolean
  /** Whether it asks for the functions that check a response. */
  checkers?: boolean
  /** Where the row stands that each is compared with; null where there is none. */
  compared?: PartnerRows | null
  /** Tags of each row in a column. */
  tagsOf?: ((idx: number) => readonly string[] | null) | null
}

/** The rows that those of a cell are compared with. */
export interface PartnerRows {
  source: RowSource
  /** Row there of each row here, -1 for none. */
  rows: Int32Array
}

const text = z.string().nullable()
const storedSchema = z.object({
  idx: z.number(),
  instruction: z.string(),
  input: text,
  response: text,
  messages: text,
  tags: text,
  parentInstruction: text,
  parentInput: text,
  seedInstruction: text,
  seedInput: text,
  operator: text,
  prompts: text,
  extra: text,
})
type Stored = z.output<typeof storedSchema>

const SELECT = `
  select r.idx, r.instruction, r.input, s.text as response,
    case when t.kind = 'imported' then r.messages end as messages,
    case when r.messages is not null then json_extract(c.source, '$.mapping.tags') end as tags, p.instruction as parentInstruction, p.input as parentInput,
    e.instruction as seedInstruction, e.input as seedInput, l.operator,
    case when @parent then json_extract(c.source, '$.definition.prompts') end as prompts,
    case when @extra then r.extra end as extra
  from rows r
  join cells c on c.no = r.cell_no
  left join response_sets t on t.no = @responseSetNo
  left join responses s on s.set_no = @responseSetNo and s.idx = r.idx
  left join links l on l.alignment_no = @alignmentNo and l.child_idx = r.idx
  left join alignments a on a.no = l.alignment_no
  left join rows p on p.cell_no = a.parent_cell_no and p.idx = l.parent_idx
  left join rows e on e.cell_no = @seedCellNo and e.idx = r.slot
  where r.cell_no = @cellNo and r.idx between @from and @to
  order by r.idx`

type Texts = Pick<MetricRow, 'instruction' | 'input' | 'response'>

/**
 * Returns what a metric that reads responses sees of a row. In an imported chat that is the last pair: the row's
 * instruction is the first user message, which the stored response need not answer. A generated response answers the
 * row's instruction.
 */
function textsOf(row: Stored, cellNo: number): Texts {
  const { instruction, input, response } = row
  if (row.messages === null) return { instruction, input, response }
  const at = (field: string) => () => ({ table: 'cells', id: String(cellNo), field })
  const turn = answeredTurn(
    readStored(z.unknown(), row.messages, at(`messages of row ${row.idx + 1}`)),
    row.tags === null ? null : readStored(chatTagsSchema, row.tags, at('source')),
  )
  return turn
    ? { instruction: turn.user, input: '', response: turn.reply }
    : { instruction, input, response: null }
}

function hashesOf(prompts: string, cellNo: number): Record<string, string> {
  const place = () => ({ table: 'cells', id: String(cellNo), field: 'source' })
  const list = readStored(runDefinitionSchema.shape.prompts, prompts, place)
  return Object.fromEntries(list.map(({ id, hash }) => [id, hash]))
}

// Names under which files say why a reply ended; the first is that of this program's own files.
const FINISH_KEYS = ['finish_reason', 'finishReason', 'stop_reason']

/** The row's own fields, as its file has them. */
function fieldsOf({ extra, idx }: Stored, cellNo: number): Record<string, unknown> {
  if (extra === null) return {}
  const field = `extra of row ${idx + 1}`
  return readStored(plainObjectSchema, extra, () => ({ table: 'cells', id: String(cellNo), field }))
}

/** Sources of checking functions, alone or each with its accuracy, as AutoIF writes them. */
function checkersOf({ eval_func: found }: Record<string, unknown>): string[] {
  const all: unknown[] = Array.isArray(found) ? found : [found]
  return all
    .map((one): unknown => (Array.isArray(one) ? one[0] : one))
    .filter((one) => typeof one === 'string')
}

function finishReasonOf(own: Record<string, unknown>): string | null {
  const found = FINISH_KEYS.map((key) => own[key]).find((value) => typeof value === 'string')
  return typeof found === 'string' ? found : null
}

/** Key of the seeds of a cell's seed set, whose rows are its slots; null where they are not in the study. */
function seedCellOf(db: Db, cellNo: number): number | null {
  const own = alias(cells, 'own')
  const found = db
    .select({ no: cells.no })
    .from(cells)
    .innerJoin(own, and(eq(own.no, cellNo), eq(own.seedSetId, cells.seedSetId)))
    .where(and(isNull(cells.armId), isNotNull(cells.publishedAt), isNull(cells.supersededAt)))
    .get()
  return found?.no ?? null
}

/** What an earlier row asks; null where there is none. */
function requestOf(instruction: string | null, input: string | null): MetricRow['parent'] {
  return instruction === null ? null : { instruction, input }
}

/** Returns the rows at the given ascending positions as a metric sees them; positions without a row are left out. */
export function loadRows(db: Db, source: RowSource, indices: readonly number[]): MetricRow[] {
  const from = indices[0]
  const to = indices.at(-1)
  if (from === undefined || to === undefined) return []
  const wanted = new Set(indices)
  const {
    cellNo,
    responseSetNo,
    alignmentNo,
    parent,
    seed = false,
    finishReason = false,
    checkers = false,
    compared,
    tagsOf,
  } = source
  const rows: MetricRow[] = []
  let known = null as { text: string; hashes: Record<string, string> } | null
  const why = 'reads every row that a run scores'
  const found = hotRead(db, { why, sql: SELECT, row: storedSchema }).iterate({
    cellNo,
    responseSetNo,
    alignmentNo,
    from,
    to,
    parent: parent ? 1 : 0,
    seedCellNo: seed ? seedCellOf(db, cellNo) : null,
    extra: finishReason || checkers ? 1 : 0,
  })
  for (const row of found) {
    if (!wanted.has(row.idx)) continue
    if (row.prompts !== null && row.prompts !== known?.text) {
      known = { text: row.prompts, hashes: hashesOf(row.prompts, cellNo) }
    }
    rows.push({
      index: row.idx,
      ...textsOf(row, cellNo),
      parent: parent ? requestOf(row.parentInstruction, row.parentInput) : null,
      ...(seed ? { seed: requestOf(row.seedInstruction, row.seedInput) } : {}),
      operator: row.operator,
      ...(tagsOf ? { tags: tagsOf(row.idx) } : {}),
      ...(finishReason ? { finishReason: finishReasonOf(fieldsOf(row, cellNo)) } : {}),
      ...(checkers ? { checkers: checkersOf(fieldsOf(row, cellNo)) } : {}),
      ...(row.prompts !== null && known ? { promptHashes: known.hashes } : {}),
    })
  }
  return compared ? withPartners(db, compared, rows) : rows
}

function withPartners(
  db: Db,
  { source, rows: there }: PartnerRows,
  rows: MetricRow[],
): MetricRow[] {
  const wanted = rows.map(({ index }) => there[index] ?? -1).filter((idx) => idx >= 0)
  const partners = loadRows(
    db,
    source,
    wanted.toSorted((a, b) => a - b),
  )
  const byIndex = new Map(partners.map((partner) => [partner.index, partner]))
  return rows.map((row) => ({ ...row, partner: byIndex.get(there[row.index] ?? -1) ?? null }))
}

/** Returns the length of a row's own texts, by which rows are sorted so that batches are of even size. */
export function textLength(row: MetricRow): number {
  const own = row.instruction.length + (row.input?.length ?? 0) + (row.response?.length ?? 0)
  return own + (row.partner ? textLength(row.partner) : 0)
}
