import { z } from 'zod'
import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { cells } from '@/db/schema'
import type { CellSource } from '@/lib/contracts/cell'
import type { MetricValue } from '@/lib/contracts/rows'
import type { StatusName } from '@/lib/contracts/status'
import { AppError, throwIfAborted } from '@/lib/errors'
import { unpackRow } from '@/lib/formats/stored-row'
import type { ExportRow, MetricCell } from '@/lib/formats/writers/export-row'
import { currentResponseSet, newestAlignment, type CellRef } from '../cells'
import { columnReader, type ColumnReader } from '../columns'
import { setInCell } from '../responses'
import type { OrderedRows } from '../rows'
import { cellMarks, notesIn, type CellMarks } from '../rows/annotations/marks'
import { saidOf } from '../rows/items'
import { SEEDS_KEY } from '@/lib/contracts/seeds'

/** Rows read and written in one turn: 10 to 20 ms even as CSV, so that the web process answers others in between. */
const BATCH_ROWS = 200
/** A batch of very long rows ends sooner than at its number of rows. */
const BATCH_CHARACTERS = 2_000_000

/** Which columns are added: `short` says where a row stands, `full` is the sidecar of a training bundle. */
export type LineageKind = 'none' | 'short' | 'full'

/** What the rows of an export carry. */
export interface RowContent {
  studyName: string
  /** Column ids, written under these names. */
  columns: readonly string[]
  lineage: LineageKind
  /** Whether what people decided on the rows goes along. */
  decisions: boolean
  /** Key of the response set; absent = the current one of each file. */
  responses?: string
  /** Set where only keys and kinds of values matter: texts come back empty. */
  isBare?: boolean
}

const text = z.string().nullable()
const number = z.number().nullable()
/** A row as a list: an object of so many columns takes twice as long to read. */
const listSchema = z.tuple([
  z.number(),
  number,
  text,
  z.string(),
  text,
  text,
  text,
  text,
  text,
  text,
  z.number(),
  z.number(),
  text,
  number,
  number,
  text,
  text,
])

function rowOf(list: z.output<typeof listSchema>) {
  return {
    idx: list[0],
    slot: list[1],
    externalId: list[2],
    instruction: list[3],
    input: list[4],
    system: list[5],
    history: list[6],
    messages: list[7],
    tools: list[8],
    extra: list[9],
    keySet: list[10],
    flags: list[11],
    response: list[12],
    parentIdx: list[13],
    confidence: list[14],
    operator: list[15],
    operatorSource: list[16],
  }
}

type ReadRow = ReturnType<typeof rowOf>

/** Characters that one look at the database may bring; the rows before tell how many rows that is. */
const AHEAD_CHARACTERS = 500_000

/** The statement that reads rows: with their links where lineage is written, with empty texts where only the kinds of values matter. */
function selectRows({ lineage, isBare = false }: RowContent): string {
  const text = (column: string) => (isBare ? `case when ${column} is not null then '' end` : column)
  const hasLinks = lineage !== 'none'
  const links = hasLinks
    ? 'l.parent_idx, l.confidence, l.operator, l.operator_source'
    : 'null, null, null, null'
  return `select r.idx, r.slot, r.external_id, ${text('r.instruction')}, ${text('r.input')},
    ${text('r.system')}, r.history, r.messages, r.tools, r.extra, r.key_set, r.flags, ${text('a.text')},
    ${links}
  from rows r
  left join responses a on a.set_no = @set and a.idx = r.idx
  ${hasLinks ? 'left join links l on l.alignment_no = @alignment and l.child_idx = r.idx' : ''}
  where r.cell_no = @cell and r.idx between @from and @to order by r.idx`
}

// Rows made before key orders were noted are in Alpaca shape.
const PLAIN_KEYS = ['instruction', 'input', 'output']

function charactersOf({ instruction, input, response, messages, extra, history }: ReadRow): number {
  const texts = [instruction, input, response, messages, extra, history]
  return texts.reduce((sum, one) => sum + (one?.length ?? 0), 0)
}

/** Returns how many of the rows after a place are the next ones of the same cell, up to the size of a batch. */
function followingAt({ part, idx }: Pick<OrderedRows, 'part' | 'idx'>, at: number): number {
  let n = 0
  while (
    n < BATCH_ROWS &&
    part[at + n + 1] === part[at] &&
    idx[at + n + 1] === (idx[at] as number) + n + 1
  )
    n += 1
  return n
}

/** Reads the rows of one cell as they are exported. */
class CellExporter {
  readonly #cell: CellRef
  readonly #source: CellSource
  readonly #isImported: boolean
  readonly #alignment: ReturnType<typeof newestAlignment>
  readonly #parentId: string | null
  readonly #columns: readonly (readonly [string, (row: number) => MetricValue])[]
  readonly #content: RowContent
  readonly #marks: CellMarks | null
  readonly #read: (from: number, to: number) => ReadRow[]
  #ahead: ReadRow[] = []
  #aheadAt = 0
  /** Rows that the next look takes. */
  #look = 8

  constructor(db: Db, cell: CellRef, content: RowContent, reader: ColumnReader) {
    this.#cell = cell
    this.#content = content
    const source = db
      .select({ source: cells.source })
      .from(cells)
      .where(eq(cells.no, cell.no))
      .get()
    if (!source)
      throw new AppError('conflict', 'A file was deleted meanwhile. Start the export again.')
    this.#source = source.source
    const current = currentResponseSet(db, cell.no)
    const key = content.responses
    const responses = key === undefined ? current : setInCell(db, cell.no, key)
    // A file that the chosen set does not answer is written without responses.
    this.#isImported = key === undefined && current === null ? true : responses?.kind === 'imported'
    this.#alignment = newestAlignment(db, cell.no)
    const parentNo = this.#alignment?.parentCellNo ?? null
    this.#parentId =
      parentNo === null
        ? null
        : (db.select({ id: cells.id }).from(cells).where(eq(cells.no, parentNo)).get()?.id ?? null)
    this.#marks = content.decisions ? cellMarks(db, cell) : null
    this.#columns = content.columns.map((id) => [id, reader.valuesIn(id, cell)] as const)
    const statement = hotRead(db, {
      why: 'goes over all rows of an export; a look for each row takes three times as long',
      sql: selectRows(content),
      row: listSchema,
    })
    const fixed = { set: responses?.no ?? -1, cell: cell.no }
    const linked = content.lineage === 'none' ? {} : { alignment: this.#alignment?.no ?? -1 }
    this.#read = (from, to) => statement.all({ ...fixed, ...linked, from, to }).map(rowOf)
  }

  #lineage(stored: ReadRow, idx: number): NonNullable<ExportRow['lineage']> {
    const cell = this.#cell
    const place = [
      { key: 'study', value: this.#content.studyName },
      { key: 'seed_set', value: cell.seedSetKey },
      { key: 'evolver', value: cell.armKey ?? SEEDS_KEY },
      { key: 'round', value: cell.round },
      { key: 'slot', value: stored.slot },
      { key: 'operator', value: stored.operator },
    ]
    if (this.#content.lineage === 'short') return place
    const { parentIdx } = stored
    return [
      { key: 'row_id', value: `${cell.id}:${idx}` },
      { key: 'source_sha256', value: this.#source.sha256 },
      ...place,
      { key: 'operator_source', value: stored.operatorSource },
      {
        key: 'parent_id',
        value:
          parentIdx === null || this.#parentId === null ? null : `${this.#parentId}:${parentIdx}`,
      },
      { key: 'alignment', value: parentIdx === null ? null : (this.#alignment?.kind ?? null) },
      { key: 'alignment_confidence', value: stored.confidence },
    ]
  }

  #decisions(idx: number): NonNullable<ExportRow['lineage']> {
    if (!this.#marks) return []
    const { marks, tags, note } = saidOf(notesIn(this.#marks, idx))
    const verdict = marks.includes('keep') ? 'keep' : null
    return [
      { key: 'starred', value: marks.includes('star') },
      { key: 'decision', value: marks.includes('drop') ? 'exclude' : verdict },
      { key: 'own_tags', value: tags },
      { key: 'note', value: note },
    ]
  }

  /** Returns a row; `following` says how many of the rows after it are asked for next. */
  #stored(idx: number, following: number): ReadRow | undefined {
    if (this.#ahead[this.#aheadAt]?.idx !== idx) {
      this.#ahead = this.#read(idx, idx + Math.min(following, this.#look - 1))
      this.#aheadAt = 0
      const characters = this.#ahead.reduce((sum, row) => sum + charactersOf(row), 0)
      const mean = characters / Math.max(1, this.#ahead.length)
      this.#look = Math.max(1, Math.min(BATCH_ROWS, Math.floor(AHEAD_CHARACTERS / (mean + 1))))
    }
    const row = this.#ahead[this.#aheadAt]
    this.#aheadAt += 1
    return row?.idx === idx ? row : undefined
  }

  row(idx: number, following: number): { item: ExportRow; characters: number } {
    const stored = this.#stored(idx, following)
    if (!stored)
      throw new AppError('conflict', 'Rows were deleted meanwhile. Start the export again.')
    const item: ExportRow = {
      row: unpackRow(stored, {
        index: idx,
        output: this.#isImported ? stored.response : null,
        keys: this.#source.keySets[stored.keySet] ?? PLAIN_KEYS,
        mapping: this.#source.mapping,
      }),
      mapping: this.#source.mapping,
    }
    if (!this.#isImported) item.response = stored.response
    const added = [
      ...(this.#content.lineage === 'none' ? [] : this.#lineage(stored, idx)),
      ...this.#decisions(idx),
    ]
    if (added.length > 0) item.lineage = added
    if (this.#columns.length > 0) {
      item.metrics = this.#columns.map(([key, valueOf]): MetricCell => {
        const { value, status } = valueOf(idx)
        return { key, value, status: status as StatusName }
      })
    }
    return { item, characters: charactersOf(stored) }
  }
}

/**
 * Yields the rows in the given order with what they carry, in batches, giving way to other work between them. Throws
 * `conflict` when rows were deleted since the order was made, rather than leaving them out.
 */
export async function* exportRows(
  db: Db,
  studyId: string,
  ordered: Pick<OrderedRows, 'selection' | 'part' | 'idx'>,
  content: RowContent,
  signal?: AbortSignal,
): AsyncGenerator<ExportRow[]> {
  const reader = columnReader(db, studyId)
  const exporters = new Map<number, CellExporter>()
  const open = (part: number): CellExporter => {
    const known = exporters.get(part)
    if (known) return known
    const { cell } = ordered.selection.cells[part] as { cell: CellRef }
    const made = new CellExporter(db, cell, content, reader)
    exporters.set(part, made)
    return made
  }
  let batch: ExportRow[] = []
  let characters = 0
  // The last place of the rows that follow each other in their file.
  let runEnd = -1
  for (let at = 0; at < ordered.idx.length; at += 1) {
    const following = at < runEnd ? runEnd - at : followingAt(ordered, at)
    runEnd = at + following
    const read = open(ordered.part[at] as number).row(ordered.idx[at] as number, following)
    batch.push(read.item)
    characters += read.characters
    if (batch.length < BATCH_ROWS && characters < BATCH_CHARACTERS) continue
    yield batch
    batch = []
    characters = 0
    await new Promise((resolve) => setImmediate(resolve))
    throwIfAborted(signal)
  }
  if (batch.length > 0) yield batch
}
