import { createHash } from 'node:crypto'
import { asc, eq } from 'drizzle-orm'
import { parse } from 'csv-parse/sync'
import type { Db } from '@/db/client'
import { benchmarkTexts } from '@/db/schema'
import { cleanName } from '@/lib/contracts/plain-text'
import type { Benchmark } from '@/lib/contracts/subset'
import { AppError } from '@/lib/errors'
import { readNamed } from '@/lib/files'
import type { RuleBenchmark } from '@/lib/subsets/types'
import type { ServiceContext } from '../context'
import { openUpload, removeUpload } from '../imports/uploads'

/** Above the test sets that are in use: MMLU has 14,000 items and 7 MB. */
export const MAX_BENCHMARK_BYTES = 32 * 1024 ** 2

const BOTTOM =
  'Give JSON (a list of texts or objects), JSON lines, CSV with a header, or text with one item a line.'

/** All texts of a value, however deeply they lie: question, choices and answer of an item. */
function textsIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null || depth > 8) return []
  return Object.values(value).flatMap((inner) => textsIn(inner, depth + 1))
}

function parseLine(line: string, no: number, name: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new AppError('invalid_input', `Line ${no} of ${name} is not JSON. ${BOTTOM}`)
  }
}

function valuesIn(name: string, text: string): unknown[] {
  const extension = name.toLowerCase().split('.').pop()
  const lines = () =>
    text.split(/\r?\n/).flatMap((line, k) => (line.trim() === '' ? [] : [{ line, no: k + 1 }]))
  if (extension === 'jsonl') return lines().map(({ line, no }) => parseLine(line, no, name))
  if (extension === 'json') {
    const value = parseLine(text, 1, name)
    if (Array.isArray(value)) return value
    // A list may lie inside of an object, as in files that wrap their rows.
    const list = Object.values(value ?? {}).find(Array.isArray)
    return list ?? [value]
  }
  if (extension === 'csv') {
    try {
      return parse(text, {
        columns: true,
        bom: true,
        skip_empty_lines: true,
        relax_column_count: true,
      })
    } catch (error) {
      throw new AppError(
        'invalid_input',
        `${name} is not CSV: ${(error as Error).message}. ${BOTTOM}`,
      )
    }
  }
  if (extension === 'txt') return lines().map(({ line }) => line)
  throw new AppError(
    'invalid_input',
    `The benchmark ${name} has an ending that is not known. ${BOTTOM}`,
  )
}

/** Returns the benchmarks that were added, by name. */
export function listBenchmarks(db: Db): Benchmark[] {
  const rows = db.select().from(benchmarkTexts).orderBy(asc(benchmarkTexts.name)).all()
  return rows.map(({ items, ...row }) => ({ ...row, items: items.length }))
}

/** Adds a benchmark file and returns it; the same bytes are the same benchmark. Throws `invalid_input` where it has no texts. */
export function addBenchmark(db: Db, givenName: string, bytes: Uint8Array): Benchmark {
  const name = cleanName(givenName) || 'benchmark'
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new AppError(
      'invalid_input',
      `${name} is not UTF-8 text. Save it as UTF-8 and add it again.`,
    )
  }
  const items = valuesIn(name, text).map((value) => textsIn(value).join('\n'))
  if (items.every((item) => item.trim() === '')) {
    throw new AppError('invalid_input', `${name} holds no texts. ${BOTTOM}`)
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const row = { sha256, name, items, createdAt: Date.now() }
  db.insert(benchmarkTexts).values(row).onConflictDoNothing().run()
  return { ...row, items: items.length }
}

/** Adds an uploaded file as a benchmark and returns it; the upload is removed. */
export async function addUploadedBenchmark(
  { db, config }: ServiceContext,
  uploadId: string,
): Promise<Benchmark> {
  const { path, fileName } = await openUpload(config, uploadId)
  const bytes = await readNamed(path, { what: 'The benchmark', maxBytes: MAX_BENCHMARK_BYTES })
  const added = addBenchmark(db, fileName, bytes)
  await removeUpload(config, uploadId)
  return added
}

/** Returns the items of a benchmark; throws `invalid_input` where it was not added here. */
export function readBenchmark(db: Db, sha256: string): RuleBenchmark {
  const row = db.select().from(benchmarkTexts).where(eq(benchmarkTexts.sha256, sha256)).get()
  if (row) return row
  throw new AppError(
    'invalid_input',
    `The benchmark file with SHA-256 ${sha256.slice(0, 12)}… is not here. Add the file again; it is known by its content.`,
  )
}
