import {
  parquetRead,
  parquetSchema,
  type FileMetaData,
  type RowGroup,
  type SchemaTree,
} from 'hyparquet'
import { cellText, PARSERS, type CellText } from './cell-text'
import { DamagedParquet } from './damaged'
import { chunkPlace, type ByteSlices, type ChunkPlace } from './footer'
import { checkPages, type CheckedPages, type LeafInfo } from './pages'
import { unpackerOf } from './unpack'

/** Rows are decoded in parts of about this unpacked size; a row group may be the whole file. */
const PART_BYTES = 48 << 20
/** Lists and structs cannot be decoded in parts, so that much of them fits into memory at once. */
const MAX_NESTED_BYTES = 192 << 20
/** Texts repeat, so a column of few different ones is small; a thousandfold is no text any more. */
const MAX_RATIO = 1_000
/** Below this size a high ratio is harmless. */
const RATIO_FREE_BYTES = 64 << 20

interface Leaf extends LeafInfo {
  path: string[]
  element: SchemaTree['element']
  isFlat: boolean
}

interface Column {
  name: string
  key: string
  text: CellText
  leaves: Leaf[]
  isFlat: boolean
}

interface Chunk {
  place: ChunkPlace
  bytes: ArrayBuffer
  pages: CheckedPages
}

/** The columns of a file, and its row groups as lines of JSON. */
export class ParquetRows {
  readonly columns: readonly Column[]
  private spent = 0
  private readonly allowed: number

  constructor(
    private readonly file: ByteSlices,
    readonly metadata: FileMetaData,
  ) {
    const { children } = parquetSchema(metadata)
    this.columns = children.map(columnOf)
    this.allowed = Math.max(RATIO_FREE_BYTES, MAX_RATIO * file.byteLength)
  }

  /** Yields the rows of a row group as lines of JSON, a part at a time. Throws DamagedParquet and whatever the library throws. */
  async *lines(group: RowGroup): AsyncGenerator<string> {
    const rows = Number(group.num_rows)
    if (rows === 0) return
    const chunks = new Map<Column, Chunk[]>()
    let at = 0
    if (group.columns.length !== this.columns.reduce((sum, { leaves }) => sum + leaves.length, 0)) {
      throw new DamagedParquet('A row group has another number of columns than the schema.')
    }
    for (const column of this.columns) {
      const own: Chunk[] = []
      for (const leaf of column.leaves) own.push(await this.chunk(group, at++, leaf))
      chunks.set(column, own)
    }
    const nested = new Map<Column, unknown[]>()
    for (const column of this.columns) {
      if (!column.isFlat) nested.set(column, await this.cells(column, group, chunks, 0, rows))
    }
    const flatBytes = this.columns
      .filter(({ isFlat }) => isFlat)
      .reduce((sum, column) => sum + unpackedBytes(chunks.get(column) ?? []), 0)
    const part = Math.max(1, Math.floor((rows * PART_BYTES) / Math.max(PART_BYTES, flatBytes)))
    for (let from = 0; from < rows; from += part) {
      const to = Math.min(rows, from + part)
      const cells: unknown[][] = []
      for (const column of this.columns) {
        const whole = nested.get(column)
        cells.push(whole?.slice(from, to) ?? (await this.cells(column, group, chunks, from, to)))
      }
      yield* this.rowTexts(cells, to - from)
    }
  }

  private *rowTexts(cells: unknown[][], rows: number): Generator<string> {
    for (let row = 0; row < rows; row++) {
      let line = '{'
      for (const [i, { key, text }] of this.columns.entries()) {
        line += (i === 0 ? key : `,${key}`) + text((cells[i] as unknown[])[row])
      }
      this.spend(line.length)
      yield `${line}}\n`
    }
  }

  private async chunk(group: RowGroup, at: number, leaf: Leaf): Promise<Chunk> {
    const place = chunkPlace(group, at, leaf, this.file.byteLength)
    const bytes = await this.file.slice(place.start, place.end)
    const { codec } = place.meta
    unpackerOf(codec)
    const info = { ...leaf, values: place.values, isPacked: codec !== 'UNCOMPRESSED' }
    const pages = checkPages(new Uint8Array(bytes), info)
    this.spend(pages.unpackedBytes)
    return { place, bytes, pages }
  }

  private spend(bytes: number): void {
    this.spent += bytes
    if (this.spent <= this.allowed) return
    throw new DamagedParquet(`The file unpacks to more than ${MAX_RATIO} times its size.`)
  }

  /** Returns the cells of one column in some rows of a row group. */
  private async cells(
    column: Column,
    group: RowGroup,
    chunks: ReadonlyMap<Column, Chunk[]>,
    rowStart: number,
    rowEnd: number,
  ): Promise<unknown[]> {
    const own = chunks.get(column) ?? []
    if (!column.isFlat && unpackedBytes(own) > MAX_NESTED_BYTES) {
      throw new DamagedParquet(
        `Column ${JSON.stringify(column.name.slice(0, 40))} has more than ${MAX_NESTED_BYTES} bytes in one row group. Write smaller ones; with pandas: to_parquet(..., row_group_size=10000).`,
      )
    }
    const unpack = (packed: Uint8Array, length: number) => {
      const { codec } = (own[0] as Chunk).place.meta
      const page = unpackerOf(codec)(packed, length)
      for (const { pages } of own) pages.checkUnpacked(packed, page)
      return page
    }
    const codec = own[0]?.place.meta.codec
    if (own.some(({ place }) => place.meta.codec !== codec)) {
      throw new DamagedParquet('The parts of a column are packed in different ways.')
    }
    // Only what was checked is in the hands of the library: this row group, without indexes, and bytes that are here.
    const only: FileMetaData = {
      ...this.metadata,
      num_rows: group.num_rows,
      row_groups: [
        {
          ...group,
          columns: group.columns.map(({ meta_data, file_offset }) => ({
            file_offset,
            ...(meta_data ? { meta_data } : {}),
          })),
        },
      ],
    }
    let cells: unknown[] = []
    await parquetRead({
      file: { byteLength: this.file.byteLength, slice: (start, end) => heldBytes(own, start, end) },
      metadata: only,
      columns: [column.name],
      rowStart,
      rowEnd,
      utf8: false,
      parsers: PARSERS,
      compressors: codec === undefined || codec === 'UNCOMPRESSED' ? {} : { [codec]: unpack },
      onComplete: (rows) => (cells = rows.map(([cell]) => cell as unknown)),
    })
    if (cells.length !== rowEnd - rowStart) throw new DamagedParquet('A column has too few rows.')
    return cells
  }
}

function heldBytes(chunks: readonly Chunk[], start: number, end = start): ArrayBuffer {
  const held = chunks.find(({ place }) => place.start <= start && end <= place.end)
  if (held) return held.bytes.slice(start - held.place.start, end - held.place.start)
  // Neighbouring chunks are asked for at once.
  const all = new Uint8Array(end - start)
  for (const { place, bytes } of chunks) {
    if (place.start >= start && place.end <= end)
      all.set(new Uint8Array(bytes), place.start - start)
  }
  return all.buffer
}

function unpackedBytes(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { pages }) => sum + pages.unpackedBytes, 0)
}

function columnOf(node: SchemaTree): Column {
  const { name } = node.element
  const leaves = leavesOf(node, 0, 0)
  const text = cellText(node)
  const isFlat = node.children.length === 0
  return { name, key: `${JSON.stringify(name)}:`, text, leaves, isFlat }
}

function leavesOf(node: SchemaTree, definition: number, repetition: number): Leaf[] {
  const { element, children, path } = node
  const maxDefinition = definition + (element.repetition_type === 'REQUIRED' ? 0 : 1)
  const maxRepetition = repetition + (element.repetition_type === 'REPEATED' ? 1 : 0)
  if (children.length > 0) {
    return children.flatMap((child) => leavesOf(child, maxDefinition, maxRepetition))
  }
  const isBoolean = element.type === 'BOOLEAN'
  const isFlat = path.length === 1
  return [
    { path, element, isFlat, isBoolean, isPacked: true, values: 0, maxDefinition, maxRepetition },
  ]
}
