import { UNSTATED, type ResultFacts } from '@/lib/contracts/results'
import { AppError } from '@/lib/errors'
import type { ReadResult } from './types'

/** The name of a file with the folders it came in, `/` between them. */
export interface FileView {
  name: string
}

/** An object of a parsed file. */
export type Fields = Readonly<Record<string, unknown>>

const SHOWN = 60

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text
}

/** Returns the error of a file: where in it, what was expected and what stands there. */
export function unexpected(
  { name }: FileView,
  place: string,
  expected: string,
  found?: unknown,
): AppError {
  const message = `${name}, ${place}: expected ${expected}, found ${shown(found)}. Nothing of this file was imported.`
  return new AppError('data_error', message, { details: { file: name, place, expected } })
}

/** Returns whether a value is an object with keys. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns the object at a place of a file; throws `data_error` that names file, place and expectation. */
export function fieldsAt(value: unknown, file: FileView, place: string): Fields {
  if (!isFields(value)) throw unexpected(file, place, 'an object', value)
  return value
}

/** Returns a text, a number as text, or null where there is neither. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

/** Returns a whole number of at least 0, or null where there is none. */
export function countOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null
}

type Score = Pick<ResultFacts, 'value' | 'missing' | 'written'>

const NOT_REPORTED = new Set(['', '-', '–', '—', 'n/a', 'na', 'none', 'null'])
const NOT_A_NUMBER = /^[+-]?(?:nan|inf|infinity)$/i
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** A number too large for a double is none. */
function numberOr(value: number, written: string): Score {
  return Number.isFinite(value)
    ? { value, missing: null, written }
    : { value: null, missing: 'not_a_number', written }
}

/** Returns a number as it is written, or the reason why there is none; throws `data_error` for anything else. */
export function scoreOf(raw: unknown, file: FileView, place: string): Score {
  if (raw === null || raw === undefined) {
    return { value: null, missing: 'not_reported', written: '' }
  }
  if (isFields(raw) && 'error' in raw) {
    return { value: null, missing: 'error', written: shown(raw['error']) }
  }
  const written = typeof raw === 'string' ? raw.trim() : raw
  if (typeof written === 'number') return numberOr(written, String(raw))
  if (typeof written === 'string') {
    if (NOT_REPORTED.has(written.toLowerCase())) {
      return { value: null, missing: 'not_reported', written }
    }
    if (NOT_A_NUMBER.test(written)) return { value: null, missing: 'not_a_number', written }
    if (NUMBER.test(written)) return numberOr(Number(written), written)
  }
  throw unexpected(file, place, 'a number such as 0.31 or 31.2, or N/A where there is none', raw)
}

/** Returns the standard error at a place, null where the file has none. */
export function stderrOf(raw: unknown, file: FileView, place: string): number | null {
  return scoreOf(raw, file, place).value
}

/** Returns a result with what a file says, and nothing where it does not. */
export function resultOf(
  known: Pick<ReadResult, 'benchmark' | 'metric' | 'unit' | 'place'> & Score & Partial<ReadResult>,
): ReadResult {
  return {
    model: null,
    subBenchmark: null,
    n: null,
    k: null,
    isShare: false,
    ...UNSTATED,
    items: null,
    ...known,
  }
}

/** Returns the number that outcomes of items make: the share of hits, as a fraction. */
export function shareOfItems(
  items: NonNullable<ReadResult['items']>,
): Score & Pick<ReadResult, 'unit' | 'n' | 'k' | 'isShare' | 'items'> {
  const sum = (pick: (item: (typeof items)[number]) => number) =>
    items.reduce((total, item) => total + pick(item), 0)
  const [hits, n] = [sum((item) => item.hits), sum((item) => item.of)]
  const isShare = items.every((item) => Number.isInteger(item.hits))
  const value = hits / n
  const k = isShare ? hits : null
  return { value, missing: null, written: String(value), unit: 'fraction', n, k, isShare, items }
}
