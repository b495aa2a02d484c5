import { z } from 'zod'
import { stringify } from 'yaml'
import type { ExportFinding } from '@/lib/contracts/export'
import { LIMITS } from '@/lib/contracts/limits'
import { summedEntry, zipStream, type ZipEntry } from '../containers/write-zip'
import type { ExportRow } from './export-row'
import { datasetCard } from './hugging-face-card'
import { parquetNotes, readTable, writeParquet, type Table } from './parquet'
import { defineWriter, everyRow, wholeFile, type RowBatches, type WriterJob } from './types'

const text = (title: string, description: string, preset: string) =>
  z.string().max(LIMITS.key).default(preset).meta({ title, description })

const options = z.object({
  license: text(
    'License',
    'As Hugging Face spells it (cc-by-4.0, apache-2.0, mit, other); "unknown" unless you say.',
    'unknown',
  ),
  language: text('Languages', 'Codes with commas between them, such as en,zh; may stay empty.', ''),
  split: text('Split', 'Name of the split that the rows make.', 'train'),
  rowsPerFile: text(
    'Rows a file',
    'A larger data set is written as several Parquet files.',
    '250000',
  ),
})
type Options = z.infer<typeof options>

/** A data set repository as `datasets.load_dataset` and the Hub read it. */
export const huggingFace = defineWriter({
  id: 'hugging-face',
  label: 'Hugging Face dataset folder',
  description:
    'A zip with a dataset card (README.md), Parquet files under data/ and the recipe. Unpack it and give the folder to datasets.load_dataset, or upload it to the Hub as it is.',
  extension: 'zip',
  mediaType: 'application/zip',
  hasRowIds: true,
  options,
  async prepare(job) {
    const table = await readTable((job.openKinds ?? job.open)())
    const written = () => zipStream(folderEntries(job, table))
    return { ...everyRow(job, written, parquetNotes(table)), blocking: problems(job.options) }
  },
})

/** What each option must look like, and what to say where it does not. */
const RULES: Record<keyof Options, { fits: RegExp; message: string }> = {
  license: {
    fits: /^[a-z0-9][a-z0-9.+-]*$/,
    message: 'The license is lower-case letters, digits, ".", "+" and "-", such as cc-by-4.0.',
  },
  language: {
    fits: /^$|^[a-z]{2,3}(-[A-Za-z0-9]+)*(\s*,\s*[a-z]{2,3}(-[A-Za-z0-9]+)*)*$/,
    message: 'Languages are codes of two or three letters with commas between them, such as en,zh.',
  },
  split: {
    fits: /^\w+(\.\w+)*$/,
    message: 'The split is letters, digits and "_", such as train.',
  },
  rowsPerFile: {
    fits: /^[1-9]\d{0,8}$/,
    message: 'Rows a file is a whole number from 1.',
  },
}

function problems(given: Options): ExportFinding[] {
  return Object.entries(RULES)
    .filter(([name, { fits }]) => !fits.test(given[name as keyof Options]))
    .map(([name, { message }]) => wholeFile(name, message))
}

/** More files would be slower to load, and to list. */
const MOST_FILES = 1_000
// Digits of a file's number, as Hugging Face's own tools write it.
const DIGITS = 5

/** Returns the files of the folder in the order they are written: the card last, because it states their size. */
function folderEntries(job: WriterJob<Options>, table: Table): ZipEntry[] {
  const { options: given, rows, recipe, name } = job
  const size = Math.max(Number(given.rowsPerFile), Math.ceil(rows / MOST_FILES))
  const files = Math.max(1, Math.ceil(rows / size))
  const number = (n: number) => String(n).padStart(DIGITS, '0')
  const take = inParts(job.open)
  let bytes = 0
  const sums: Record<string, string> = {}
  async function* shard() {
    for await (const piece of writeParquet(take(size), table, true)) {
      bytes += piece.byteLength
      yield piece
    }
  }
  const shards = Array.from({ length: files }, (_, i) =>
    summedEntry(`data/${given.split}-${number(i)}-of-${number(files)}.parquet`, shard, sums),
  )
  const card = () => [
    datasetCard({ ...given, name, rows, bytes, recipe, columns: [...table.types] }),
  ]
  return [
    ...shards,
    {
      name: 'recipe.yaml',
      chunks: () => [stringify({ ...recipe, files: sums }, { lineWidth: 0 })],
    },
    { name: 'README.md', chunks: card },
  ]
}

/** Returns what gives the next n rows each time it is called, so that all files take one reading. */
function inParts(open: () => RowBatches): (n: number) => AsyncGenerator<ExportRow[]> {
  let batches: AsyncIterator<readonly ExportRow[]> | null = null
  let waiting: readonly ExportRow[] = []
  async function* all() {
    yield* open()
  }
  return async function* take(n) {
    batches ??= all()
    let left = n
    let isDone = false
    try {
      while (left > 0) {
        if (waiting.length === 0) {
          const next = await batches.next()
          if (next.done) break
          waiting = next.value
        }
        const part = waiting.slice(0, left)
        waiting = waiting.slice(part.length)
        left -= part.length
        yield part
      }
      isDone = true
    } finally {
      // The receiver went away: nothing more is read.
      if (!isDone) await batches.return?.(undefined)
    }
  }
}
