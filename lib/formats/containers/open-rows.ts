import type { Opening } from '@/lib/contracts/opening'
import type { ContainerSpec, RawRow, ReadOptions, Source } from '../types'
import { readCsv } from './csv'
import { readJsonArray } from './json-array'
import { readJsonl } from './jsonl'
import { emptyFile, SNIFF_BYTES, sniffContainer } from './sniff'
import type { Sniffed } from './sniff'
import { isParquet, openParquet } from '../parquet/open'
import { readTsv } from './tsv'
import { openText, peek } from './text-input'
import type { TextInput } from './text-input'

// Large enough that the cost of an await per batch vanishes, small enough to show progress and to stop at once.
const DEFAULT_BATCH_ROWS = 500

/** Returns the reader's options for what the user decided. */
export function openingOptions(opening: Opening): ReadOptions {
  const { encoding, unwrap, duplicateKeys, loneSurrogates } = opening
  return { ...(encoding ? { encoding } : {}), unwrap, duplicateKeys, loneSurrogates }
}

/** A source with its container known. */
export interface OpenedRows {
  container: ContainerSpec
  /** Ends with an error `no_rows` when there was none. */
  batches: AsyncGenerator<RawRow[]>
  /** Closes the file when the batches are not read to their end. */
  close(): Promise<void>
}

/**
 * Opens a source and finds out how its rows lie. Broken rows carry their error; a broken file throws FormatError. Call
 * `close` when you stop early: the file is open until then.
 */
export async function openRows(source: Source, options: ReadOptions = {}): Promise<OpenedRows> {
  if (await isParquet(source)) return openParquetRows(source, options)
  const input = await openText(source, options)
  let sniffed: Sniffed
  let chunks: AsyncGenerator<Buffer>
  try {
    const { head, all } = await peek(input.chunks, SNIFF_BYTES)
    chunks = all
    sniffed = sniffContainer(head, input.name, options)
  } catch (error) {
    await input.close()
    throw error
  }
  const container: ContainerSpec = {
    kind: sniffed.kind,
    encoding: input.encoding,
    compression: input.compression,
    wrapKey: sniffed.wrapKey,
    delimiter: sniffed.delimiter,
    notes: input.notes,
  }
  if (sniffed.wrapKey !== null) {
    const key = JSON.stringify(sniffed.wrapKey.slice(0, 40))
    input.notes.push(`Rows are read from the property ${key}; what stands beside it is left out.`)
  }
  const batches = reader(input, chunks, sniffed, options, batchRowsOf(options))
  return { container, batches: readBatches(input, batches, options), close: input.close }
}

async function openParquetRows(source: Source, options: ReadOptions): Promise<OpenedRows> {
  const { input, batches } = await openParquet(source, options, batchRowsOf(options))
  const { encoding, compression, notes, close } = input
  const container = {
    kind: 'parquet',
    encoding,
    compression,
    wrapKey: null,
    delimiter: null,
    notes,
  } as const
  return { container, batches: readBatches(input, batches, options), close }
}

function batchRowsOf({ batchRows = DEFAULT_BATCH_ROWS }: ReadOptions): number {
  return batchRows
}

async function* readBatches(
  input: TextInput,
  batches: AsyncGenerator<RawRow[]>,
  options: ReadOptions,
): AsyncGenerator<RawRow[]> {
  for (const note of input.notes) options.onNote?.(note)
  let isEmpty = true
  for await (const batch of batches) {
    isEmpty = false
    yield batch
  }
  if (isEmpty) throw emptyFile(input.name)
}

function reader(
  input: TextInput,
  chunks: AsyncGenerator<Buffer>,
  sniffed: Sniffed,
  options: ReadOptions,
  batchRows: number,
): AsyncGenerator<RawRow[]> {
  if (sniffed.kind === 'csv') {
    const layout = { delimiter: sniffed.delimiter ?? ',', prefixBytes: sniffed.prefixBytes }
    const read = layout.delimiter === '\t' && !sniffed.hasBareReturns ? readTsv : readCsv
    return read(input, chunks, layout, options, batchRows)
  }
  if (sniffed.kind === 'jsonl') return readJsonl(input, chunks, options, batchRows)
  const mode = sniffed.kind === 'concatenated' ? 'concatenated' : 'array'
  return readJsonArray(
    input,
    chunks,
    { mode, prefixBytes: sniffed.prefixBytes },
    options,
    batchRows,
  )
}
