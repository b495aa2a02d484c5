import { inTransaction, type Db } from '@/db/client'
import { hotWrite } from '@/db/hot-sql'
import { wordsOf, type CodedValue } from '@/lib/contracts/column-kinds'
import { LIMITS } from '@/lib/contracts/limits'
import { AppError } from '@/lib/errors'
import { storedAfter } from './dictionary'

// Some milliseconds of writing; others may write in between.
const ADD_VALUES = 4_000

/** A column that gets values. */
export interface GrowingColumn {
  /** Its name, for errors. */
  name: string
  metricId: string
  /** Distinct words that it may have over the study. */
  limit: number
}

function checkLimits({ name, limit }: GrowingColumn, values: ReadonlySet<string>): void {
  const shown = `The column ${JSON.stringify(name.slice(0, 40))}`
  const words = new Set<string>()
  let characters = 0
  for (const text of values) {
    characters += text.length
    if (limit < LIMITS.distinctValues)
      for (const word of wordsOf(JSON.parse(text) as CodedValue)) words.add(word)
    if (words.size > limit) {
      throw new AppError(
        'data_error',
        `${shown} has more than ${limit.toLocaleString('en-US')} different words over the study. Import it as text.`,
      )
    }
  }
  if (values.size > LIMITS.distinctValues || characters > LIMITS.distinctCharacters) {
    throw new AppError(
      'data_error',
      `${shown} has more than ${LIMITS.distinctValues.toLocaleString('en-US')} different values over the study, or more than ${LIMITS.distinctCharacters / 1e6} million characters of them. Import the file without this column; its values stay in the rows' own fields.`,
    )
  }
}

/**
 * Adds the distinct values (as JSON) that the column does not have yet and returns the number of each. Those of a file that
 * is not imported after all stay behind unused. Throws `data_error` when the column would have too many.
 */
export async function addValues(
  db: Db,
  studyId: string,
  column: GrowingColumn,
  values: readonly string[],
): Promise<Float64Array> {
  const { metricId } = column
  const stored = storedAfter(db, studyId, metricId, 0)
  checkLimits(column, new Set([...stored, ...values]))
  const known = new Map(stored.map((text, k) => [text, k + 1]))
  const numbers = new Float64Array(values.length)
  const add = hotWrite(db, {
    why: 'once a distinct value, of which a file may have a million',
    sql: 'insert into column_values (study_id, metric_id, no, value) values (?, ?, ?, ?)',
  })
  for (let from = 0; from < values.length; from += ADD_VALUES) {
    inTransaction(db, () => {
      // Another import may have added some meanwhile.
      for (const text of storedAfter(db, studyId, metricId, known.size)) {
        known.set(text, known.size + 1)
      }
      values.slice(from, from + ADD_VALUES).forEach((text, i) => {
        if (!known.has(text)) {
          known.set(text, known.size + 1)
          add.run(studyId, metricId, known.size, text)
        }
        numbers[from + i] = known.get(text) as number
      })
    })
    // Heartbeats get their turn.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return numbers
}
