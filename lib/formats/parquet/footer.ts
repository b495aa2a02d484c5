import {
  parquetMetadata,
  type ColumnMetaData,
  type FileMetaData,
  type RowGroup,
  type SchemaElement,
} from 'hyparquet'
import { DamagedParquet } from './damaged'
import { readThrift } from './thrift'

/** What begins and ends a Parquet file. */
export const MAGIC = 'PAR1'
/** Bytes after the footer: its length and what ends the file. */
const TAIL_BYTES = 8
/** A footer of 1,000 row groups with 100 columns has 10 MB. */
const MAX_FOOTER_BYTES = 16 << 20
/** Schema elements, and how deep they are nested: rows of JSON may be 64 deep, with two elements for each list. */
const MAX_ELEMENTS = 4_096
const MAX_DEPTH = 64
/** Packed bytes of one column in one row group; they are held while the row group is read. */
const MAX_CHUNK_BYTES = 512 * 2 ** 20
/** Values of one column in one row group, those of lists counted one by one. */
const MAX_CHUNK_VALUES = 50_000_000

/** A file that is read in pieces. */
export interface ByteSlices {
  byteLength: number
  slice(start: number, end: number): Promise<ArrayBuffer>
}

/** A column chunk whose place was checked. */
export interface ChunkPlace {
  meta: ColumnMetaData
  start: number
  end: number
  values: number
}

/** Returns the footer of a file: schema and row groups, whose counts and places are those of the file. Throws DamagedParquet. */
export async function readFooter(file: ByteSlices): Promise<FileMetaData> {
  const { byteLength } = file
  if (byteLength < MAGIC.length + TAIL_BYTES) throw new DamagedParquet('The file is cut off.')
  const tail = Buffer.from(await file.slice(byteLength - TAIL_BYTES, byteLength))
  const ending = tail.toString('latin1', 4)
  if (ending === 'PARE') throw new DamagedParquet('The file is encrypted.')
  if (ending !== MAGIC)
    throw new DamagedParquet('The file does not end like Parquet: it is cut off.')
  const length = tail.readUInt32LE(0)
  if (length > byteLength - MAGIC.length - TAIL_BYTES) {
    throw new DamagedParquet('The footer is longer than the file.')
  }
  if (length > MAX_FOOTER_BYTES) {
    throw new DamagedParquet(
      `The footer has ${length} bytes; at most ${MAX_FOOTER_BYTES} are read.`,
    )
  }
  const footer = new Uint8Array(await file.slice(byteLength - TAIL_BYTES - length, byteLength))
  const { fields, end } = readThrift(footer.subarray(0, length), 0)
  if (end > length || typeof fields[3] !== 'number')
    throw new DamagedParquet('The footer is cut off.')
  const metadata = parquetMetadata(footer, { geoparquet: false })
  checkSchema(metadata.schema)
  const rows = metadata.row_groups.reduce((sum, group) => sum + group.num_rows, 0n)
  if (rows !== metadata.num_rows || metadata.row_groups.some((group) => group.num_rows < 0n)) {
    throw new DamagedParquet('The row groups have another number of rows than the file.')
  }
  return metadata
}

/** The library follows the counts of children by itself calling itself. */
function checkSchema(schema: readonly SchemaElement[]): void {
  if (schema.length > MAX_ELEMENTS) {
    throw new DamagedParquet(
      `The schema has ${schema.length} elements; at most ${MAX_ELEMENTS} are read.`,
    )
  }
  const open: number[] = [1]
  for (const { num_children: children = 0, type } of schema) {
    while (open.at(-1) === 0) open.pop()
    if (open.length === 0) throw new DamagedParquet('The schema has an element too many.')
    open[open.length - 1] = (open.at(-1) as number) - 1
    if (children < 0 || children > 0 === (type !== undefined)) {
      throw new DamagedParquet('The schema has an element that is neither a column nor a group.')
    }
    if (children > 0) open.push(children)
    if (open.length > MAX_DEPTH) throw new DamagedParquet('The schema is nested too deeply.')
  }
  if (open.some((left) => left > 0)) throw new DamagedParquet('The schema is cut off.')
}

/** Returns where a column chunk lies. Throws DamagedParquet where that is not inside the file or not what the schema says. */
export function chunkPlace(
  { columns, num_rows: rows }: RowGroup,
  at: number,
  leaf: { path: readonly string[]; element: SchemaElement; isFlat: boolean },
  fileBytes: number,
): ChunkPlace {
  const column = columns[at]
  const meta = column?.meta_data
  if (column?.file_path) throw new DamagedParquet('A column lies in another file.')
  if (!meta || column.crypto_metadata) throw new DamagedParquet('A column is encrypted or missing.')
  const isNamed =
    meta.path_in_schema.length === leaf.path.length &&
    meta.path_in_schema.every((part, i) => part === leaf.path[i])
  if (!isNamed || meta.type !== leaf.element.type) {
    throw new DamagedParquet('The columns of a row group are not those of the schema.')
  }
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset)
  const end = start + Number(meta.total_compressed_size)
  if (!(start >= MAGIC.length && end > start && end <= fileBytes - TAIL_BYTES)) {
    throw new DamagedParquet('A column lies outside the file.')
  }
  if (end - start > MAX_CHUNK_BYTES) {
    throw new DamagedParquet(
      `A column has ${end - start} bytes in one row group; at most ${MAX_CHUNK_BYTES} are read.`,
    )
  }
  const values = Number(meta.num_values)
  const isCounted = leaf.isFlat ? meta.num_values === rows : meta.num_values >= rows
  if (!isCounted || values > MAX_CHUNK_VALUES) {
    throw new DamagedParquet('A column has another number of values than the row group has rows.')
  }
  return { meta, start, end, values }
}
