import { inTransaction, type Db } from '@/db/client'
import { hotWrite } from '@/db/hot-sql'
import { wordsOf, type CodedValue } from '@/lib/contracts/column-kinds'
import { LIMITS } from '@/lib/contracts/limits'
import { AppError } from '@/lib/errors'
import { storedAfter } from './dictionary'

// Some milliseconds of writing; others may write in between.
const ADD_VALUES = 4_000

/** A column that gets values. */
interface GrowingColumn {
  /** Its name, for errors. */
  name: string
  metricId: string
  /** Distinct words that it may have over the study. */
  limit: number
  /** What to do where it would have too many words, and too many values. */
  remedy: { words: string; values: string }
}

/** Numbers the distinct values (as JSON) of a column and stores those that it does not have yet. */
export class ValueNumbers {
  readonly #numbers = new Map<string, number>()
  readonly #words = new Set<string>()
  #characters = 0

  constructor(
    private readonly db: Db,
    private readonly studyId: string,
    private readonly column: GrowingColumn,
  ) {}

  /**
   * Returns the number of each value. Those of a file that is not imported after all stay behind unused. Throws
   * `data_error` when the column would have too many.
   */
  async add(values: readonly string[]): Promise<Float64Array> {
    const { metricId } = this.column
    this.#readNew()
    this.#check(new Set(values.filter((text) => !this.#numbers.has(text))))
    const numbers = new Float64Array(values.length)
    const add = hotWrite(this.db, {
      why: 'once a distinct value, of which a file may have a million',
      sql: 'insert into column_values (study_id, metric_id, no, value) values (?, ?, ?, ?)',
    })
    for (let from = 0; from < values.length; from += ADD_VALUES) {
      inTransaction(this.db, () => {
        // Another import may have added some meanwhile.
        this.#readNew()
        values.slice(from, from + ADD_VALUES).forEach((text, i) => {
          if (!this.#numbers.has(text)) {
            add.run(this.studyId, metricId, this.#numbers.size + 1, text)
            this.#note(text)
          }
          numbers[from + i] = this.#numbers.get(text) as number
        })
      })
      // Heartbeats get their turn.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return numbers
  }

  #readNew(): void {
    const { db, studyId, column } = this
    for (const text of storedAfter(db, studyId, column.metricId, this.#numbers.size))
      this.#note(text)
  }

  #note(text: string): void {
    this.#numbers.set(text, this.#numbers.size + 1)
    this.#characters += text.length
    for (const word of this.#wordsIn(text)) this.#words.add(word)
  }

  #wordsIn(text: string): readonly string[] {
    // A text is its own word; their number is limited as that of values is.
    const isText = this.column.limit >= LIMITS.distinctValues
    return isText ? [] : wordsOf(JSON.parse(text) as CodedValue)
  }

  #check(fresh: ReadonlySet<string>): void {
    const { name, limit, remedy } = this.column
    const shown = `The column ${JSON.stringify(name.slice(0, 40))}`
    const words = new Set<string>()
    let characters = this.#characters
    for (const text of fresh) {
      characters += text.length
      for (const word of this.#wordsIn(text)) if (!this.#words.has(word)) words.add(word)
    }
    if (this.#words.size + words.size > limit) {
      throw new AppError(
        'data_error',
        `${shown} has more than ${limit.toLocaleString('en-US')} different words over the study. ${remedy.words}`,
      )
    }
    if (
      this.#numbers.size + fresh.size > LIMITS.distinctValues ||
      characters > LIMITS.distinctCharacters
    ) {
      throw new AppError(
        'data_error',
        `${shown} has more than ${LIMITS.distinctValues.toLocaleString('en-US')} different values over the study, or more than ${LIMITS.distinctCharacters / 1e6} million characters of them. ${remedy.values}`,
      )
    }
  }
}
