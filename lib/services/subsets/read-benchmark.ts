import { createHash } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import { AppError } from '@/lib/errors'
import { readNamed } from '@/lib/files'

/** Above the test sets that are in use: MMLU has 14,000 items and 7 MB. */
const MAX_BENCHMARK_BYTES = 32 * 1024 ** 2

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

/** A benchmark file to read; plain data, so that another process can be asked. */
export interface BenchmarkTask {
  path: string
  name: string
}

/** The texts of a benchmark file, one an item, and the hash of its bytes. */
export interface BenchmarkRead {
  items: string[]
  sha256: string
}

/** Returns the texts of a benchmark file. Throws `invalid_input` where it has none. */
export async function readBenchmarkFile({ path, name }: BenchmarkTask): Promise<BenchmarkRead> {
  const bytes = await readNamed(path, { what: 'The benchmark', maxBytes: MAX_BENCHMARK_BYTES })
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
  return { items, sha256: createHash('sha256').update(bytes).digest('hex') }
}
