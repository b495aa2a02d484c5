import { SNIFF_BYTES, sniffContainer } from '../containers/sniff'
import { openRows } from '../containers/open-rows'
import { openText, peek } from '../containers/text-input'
import { FormatError } from '../format-error'
import { isParquet, openParquet } from '../parquet/open'
import { stringifyExact } from '../shared/exact-json'
import type { Source } from '../types'

const NEWLINE = Buffer.from('\n')

/** The rows of a text that is no JSONL, each written as it was read; what JSON cannot hold is not joined. */
async function* rewritten(source: Source): AsyncGenerator<Buffer> {
  const { batches, close } = await openRows(source)
  try {
    for await (const batch of batches) {
      const lines = batch.map((row) => {
        if (row.error) throw row.error
        const { value, literals, flags, rowNumber, byteOffset } = row
        if (!flags.includes('nonfinite_number')) return stringifyExact(value, literals)
        throw new FormatError({
          file: source.name ?? 'file',
          row: rowNumber,
          byteOffset,
          reason: 'nonfinite_number',
          problem: 'A piece that holds NaN or Infinity cannot be joined with others.',
          expected: 'pieces as JSONL or Parquet, or each imported by itself',
        })
      })
      yield Buffer.from(`${lines.join('\n')}\n`)
    }
  } finally {
    await close()
  }
}

/** The rows of one file as JSON lines, as they stand in it where it holds such lines. */
async function* linesOf(source: Source): AsyncGenerator<Buffer> {
  if (await isParquet(source)) {
    yield* (await openParquet(source, {}, 1)).input.chunks
    return
  }
  const input = await openText(source, {})
  const { head, all } = await peek(input.chunks, SNIFF_BYTES)
  let isLines = false
  try {
    isLines = sniffContainer(head, input.name, {}).kind === 'jsonl'
    if (isLines) yield* all
  } finally {
    await input.close()
  }
  if (isLines) yield NEWLINE
  else yield* rewritten(source)
}

/** Yields the rows of several files, one after the other, as JSON lines. Throws FormatError, naming the file, for what cannot be read. */
export async function* joinedLines(sources: readonly Source[]): AsyncGenerator<Buffer> {
  for (const source of sources) yield* linesOf(source)
}
