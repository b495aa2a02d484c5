import { and, eq, max } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { hotRead } from '@/db/hot-sql'
import { columnValues } from '@/db/schema'
import { TextOrder } from '@/lib/columns/text-order'
import { matchesOf, wordsOf, type CodedShape, type CodedValue } from '@/lib/contracts/column-kinds'
import { cachesOf } from './cache'
import { finish } from '../search/steps'

/** Words of a column: what is counted, filtered and drawn. */
export interface Words {
  /** Distinct words in their natural order. */
  names: readonly string[]
  /** Words of each value by its number, counted from 1, as places in `names`. */
  of: readonly (readonly number[])[]
}

/** The distinct values of a column; entry k is the value that chunks call k + 1. */
export class Dictionary {
  #ranks: Float64Array | null = null
  #words: Words | null = null

  constructor(
    readonly shape: CodedShape,
    readonly values: readonly CodedValue[],
  ) {}

  /** Ways in which the column can be filtered by words. */
  get matches() {
    return matchesOf(this.shape)
  }

  /** Returns the value that a stored number stands for. */
  valueOf(number: number): CodedValue | null {
    return this.values[number - 1] ?? null
  }

  /** Returns the place of each value, by its number, in the order of the column: words in natural order, texts in that of the alphabet. */
  ranks(): Float64Array {
    if (this.#ranks) return this.#ranks
    const keys = this.values.map((value) => wordsOf(value).join('\u0000'))
    const order =
      this.shape === 'text'
        ? alphabetical(keys)
        : keys.map((_, k) => k).sort((a, b) => natural(keys[a] as string, keys[b] as string))
    const ranks = new Float64Array(keys.length + 1).fill(Number.NaN)
    order.forEach((k, rank) => (ranks[k + 1] = rank))
    this.#ranks = ranks
    return ranks
  }

  /** Returns how many rows have each word, given the rows of each value by its number. */
  countWords(rowsOf: Uint32Array): { word: string; rows: number }[] {
    const rowsAt = (number: number) => rowsOf[number] as number
    // A text is its own word: half a million of them need no list of words beside them.
    if (this.shape === 'text')
      return this.values.map((value, k) => ({ word: String(value), rows: rowsAt(k + 1) }))
    const { names, of } = this.words()
    const counts = names.map((word) => ({ word, rows: 0 }))
    of.forEach((places, number) => {
      for (const place of places) {
        const count = counts[place] as { rows: number }
        count.rows += rowsAt(number)
      }
    })
    return counts
  }

  /** Returns the words of the values. */
  words(): Words {
    if (this.#words) return this.#words
    const names = [...new Set(this.values.flatMap(wordsOf))]
    if (this.shape !== 'text') names.sort(natural)
    const places = new Map(names.map((name, k) => [name, k]))
    const placesOf = (value: CodedValue) =>
      [...new Set(wordsOf(value))].map((word) => places.get(word) as number)
    this.#words = { names, of: [[], ...this.values.map(placesOf)] }
    return this.#words
  }
}

/** Returns the places of texts in the order of the alphabet. */
function alphabetical(texts: readonly string[]): number[] {
  const order = new TextOrder(texts.length)
  texts.forEach((text, k) => order.add(k, text))
  return Array.from(finish(order.sorted((k) => texts[k] as string)).order)
}

const { compare: natural } = new Intl.Collator('en', { numeric: true })

// A JavaScript string costs its characters and a header; so does its place in a list.
const ENTRY_BYTES = 64

/** Returns the distinct values of a column; cached until one is added. */
export function dictionaryOf(
  db: Db,
  studyId: string,
  metricId: string,
  shape: CodedShape,
): Dictionary {
  const found = db
    .select({ last: max(columnValues.no) })
    .from(columnValues)
    .where(and(eq(columnValues.studyId, studyId), eq(columnValues.metricId, metricId)))
    .get()
  const count = found?.last ?? 0
  let bytes = 0
  return cachesOf(db).columns.get(
    `values/${studyId}/${metricId}`,
    String(count),
    () => bytes + count * ENTRY_BYTES,
    () => {
      const texts = storedAfter(db, studyId, metricId, 0)
      bytes = texts.reduce((sum, text) => sum + text.length, 0)
      return new Dictionary(
        shape,
        texts.map((text) => JSON.parse(text) as CodedValue),
      )
    },
  )
}

const known = new WeakMap<readonly string[], Dictionary>()

/** Returns the dictionary of words that a metric knows beforehand. */
export function knownDictionary(shape: CodedShape, words: readonly string[]): Dictionary {
  const found = known.get(words) ?? new Dictionary(shape, words)
  known.set(words, found)
  return found
}

/** Returns the values of a column with numbers above `no`, as JSON in the order of their numbers. */
export function storedAfter(db: Db, studyId: string, metricId: string, no: number): string[] {
  return hotRead(db, {
    why: 'reads all distinct values of a column, of which there may be a million',
    sql: 'select value from column_values where study_id = ? and metric_id = ? and no > ? order by no',
    row: z.string(),
  }).all(studyId, metricId, no)
}
