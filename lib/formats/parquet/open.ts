import { open } from 'node:fs/promises'
import { AppError } from '@/lib/errors'
import { readJsonl } from '../containers/jsonl'
import { readBytes, sourceName } from '../containers/source'
import type { TextInput } from '../containers/text-input'
import { contextOf, FormatError } from '../format-error'
import type { RawRow, ReadOptions, Source } from '../types'
import { DamagedParquet, UnreadColumn } from './damaged'
import { MAGIC, readFooter, type ByteSlices } from './footer'
import { ParquetRows } from './groups'
import { ThriftError } from './thrift'

/** Text handed on at a time. */
const CHUNK_CHARS = 1 << 20
/** Bytes of a source that is no file; they are held in memory. */
const MAX_HELD_BYTES = 256 << 20

interface OpenFile extends ByteSlices {
  /** The bytes in order, for whoever follows the progress; reading them to the end notices a changed file. */
  passed: AsyncGenerator<Buffer>
  close(): Promise<void>
}

/** Returns whether a source begins like a Parquet file. */
export async function isParquet(source: Source): Promise<boolean> {
  const bytes = readBytes(source, {})
  try {
    const first = await bytes.next()
    return !first.done && first.value.toString('latin1', 0, MAGIC.length) === MAGIC
  } finally {
    await bytes.return(undefined)
  }
}

/** Returns the rows of a Parquet file. Throws FormatError for what is damaged and for columns of kinds that are not read. */
export async function openParquet(source: Source, options: ReadOptions, batchRows: number) {
  const name = sourceName(source)
  const file = await openFile(source, options)
  let groupStart = 0
  try {
    const metadata = await readFooter(file)
    const rows = new ParquetRows(file, metadata)
    const names = new Set(rows.columns.map((column) => column.name))
    if (names.size < rows.columns.length || names.size === 0) {
      throw fileError(name, 'duplicate_column', 'The columns do not have one name each.', 0)
    }
    async function* chunks() {
      let passed = 0
      for (const group of metadata.row_groups) {
        const place = group.columns[0]?.meta_data
        groupStart = Number(place?.dictionary_page_offset || place?.data_page_offset || 0)
        let text = ''
        for await (const line of rows.lines(group)) {
          text += line
          if (text.length < CHUNK_CHARS) continue
          yield Buffer.from(text)
          text = ''
        }
        if (text) yield Buffer.from(text)
        const end = groupStart + Number(group.total_compressed_size ?? 0n)
        while (passed < end) {
          const next = await file.passed.next()
          if (next.done) break
          passed += next.value.length
        }
      }
      for await (const _ of file.passed) continue
    }
    const notes = ['Read from Parquet; byte offsets are those of row groups.']
    const input: TextInput = {
      name,
      encoding: 'utf-8',
      compression: 'none',
      chunks: guarded(name, chunks(), () => groupStart, file.close),
      toOriginal: () => groupStart,
      notes,
      close: file.close,
    }
    return { input, batches: withoutLines(readJsonl(input, input.chunks, options, batchRows)) }
  } catch (error) {
    await file.close()
    throw formatError(name, error, 0)
  }
}

/** Rows of Parquet have no lines. */
async function* withoutLines(batches: AsyncGenerator<RawRow[]>): AsyncGenerator<RawRow[]> {
  for await (const batch of batches) yield batch.map((row) => ({ ...row, line: null }))
}

async function* guarded(
  name: string,
  chunks: AsyncGenerator<Buffer>,
  at: () => number,
  close: () => Promise<void>,
) {
  try {
    yield* chunks
  } catch (error) {
    throw formatError(name, error, at())
  } finally {
    await close()
  }
}

/** Returns what a reader threw as an error of the file: the library's own errors are about its bytes. */
function formatError(name: string, error: unknown, byteOffset: number): unknown {
  if (error instanceof AppError) return error
  if (error instanceof UnreadColumn) {
    const column = contextOf(error.path.join('.'))
    const problem = `Column ${JSON.stringify(column)} holds ${error.what}, which is not read.`
    const expected =
      'texts, numbers, truth values, dates, and lists and structs of them; leave the column out or write it as text'
    return new FormatError(
      { file: name, row: null, byteOffset, reason: 'column_type', problem, expected },
      error,
    )
  }
  const message = error instanceof Error ? error.message : ''
  // The library's own words, where it has some; anything else is where its code came to, which tells nobody anything.
  const known = message.startsWith('parquet ')
    ? contextOf(message)
    : 'Its parts contradict each other.'
  const why = error instanceof DamagedParquet || error instanceof ThriftError ? message : known
  const problem = `The Parquet file cannot be read. ${why}`
  return fileError(name, 'bad_parquet', problem, byteOffset, error)
}

function fileError(
  file: string,
  reason: string,
  problem: string,
  byteOffset: number,
  cause?: unknown,
) {
  const expected =
    'a whole Parquet file; write it again, or as JSONL with pandas: to_json(orient="records", lines=True)'
  return new FormatError({ file, row: null, byteOffset, reason, problem, expected }, cause)
}

async function openFile(source: Source, options: ReadOptions): Promise<OpenFile> {
  const passed = readBytes(source, options)
  if (!('path' in source)) return heldFile(sourceName(source), passed)
  // The first piece notices a file that is not the one expected.
  await passed.next()
  const handle = await open(source.path, 'r')
  const { size } = await handle.stat()
  return {
    byteLength: size,
    passed,
    async slice(start, end) {
      const bytes = new Uint8Array(end - start)
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
      return bytes.buffer.slice(0, bytesRead)
    },
    async close() {
      await passed.return(undefined)
      await handle.close()
    },
  }
}

async function heldFile(name: string, passed: AsyncGenerator<Buffer>): Promise<OpenFile> {
  const held: Buffer[] = []
  let size = 0
  for await (const piece of passed) {
    held.push(piece)
    size += piece.length
    if (size > MAX_HELD_BYTES) throw fileError(name, 'too_large', 'The file is too large.', 0)
  }
  const all = new Uint8Array(Buffer.concat(held))
  return {
    byteLength: size,
    passed,
    slice: async (start, end) => all.buffer.slice(start, end),
    close: async () => {},
  }
}
