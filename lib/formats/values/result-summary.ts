import { plural } from '@/lib/contracts/format'
import { statusCode } from '@/lib/contracts/status'
import { levelsOf, wholeValueOf } from '@/lib/contracts/values-file'
import type { JsonObject } from '../types'
import type { OpenPart, RowsOfCell, ValueElement, ValuesFormat } from './types'

const LEVELS = ['very easy', 'easy', 'medium', 'hard', 'very hard']
/** Data sets are named in lists, where a long name would hide the numbers. */
const NAME_CHARACTERS = 60

/** What each script writes for a whole data set: its keys, the metric that shows it, and the output of each key. */
const MEANS = [
  { metric: 'imported_mean_ifd', outputs: { ifd_score: 'ifd', ifdx_score: 'ic_ifd' } },
  { metric: 'imported_mean_complexity', outputs: { average_score: 'complexity' } },
  { metric: 'imported_mean_reward', outputs: { scores: 'reward' } },
] as const

function hasKeys(value: JsonObject, keys: readonly string[]): boolean {
  const own = Object.keys(value)
  return own.length === keys.length && keys.every((key) => own.includes(key))
}

const isLevels = (value: JsonObject) => hasKeys(value, [...LEVELS, 'dataset'])
const meansOf = (value: JsonObject) =>
  MEANS.find(({ outputs }) => hasKeys(value, [...Object.keys(outputs), 'dataset']))
const isSummary = (value: JsonObject) => isLevels(value) || meansOf(value) !== undefined

function nameOf(value: JsonObject): string {
  return String(value['dataset']).slice(0, NAME_CHARACTERS)
}

function levelsPart(element: ValueElement): OpenPart {
  const counts = LEVELS.map((level) => {
    const count = element.value[level]
    if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count
    throw element.error(`"${level}" is no number of rows.`, 'a whole number of 0 or more')
  })
  const total = counts.reduce((sum, count) => sum + count, 0)
  return {
    label: `${nameOf(element.value)}: difficulty levels of ${plural(total, 'row')}`,
    count: total,
    isByOrder: () => false,
    join({ rows }: RowsOfCell) {
      const values = new Float64Array(rows.length).fill(Number.NaN)
      // The script counts every row that it asked about; what is no level is in no count.
      const status = new Uint8Array(rows.length).fill(statusCode('unparsed'))
      values.set(levelsOf(counts))
      status.fill(statusCode('ok'), 0, total)
      return {
        metric: 'imported_level',
        columns: { pool: { values, status } },
        rowStatus: status,
        record: null,
        how: `difficulty levels of ${total} of ${rows.length} rows as counts; it is not known which row has which`,
      }
    },
  }
}

/** Null where Python wrote NaN or Infinity. */
function meanAt(element: ValueElement, key: string): number | null {
  const mean = element.value[key]
  if (typeof mean === 'number' && Number.isFinite(mean)) return mean
  if (mean === null && element.literal(`/${key}`) !== undefined) return null
  throw element.error(`"${key}" is no number.`, 'the mean over the data set')
}

function meansPart(element: ValueElement, { metric, outputs }: (typeof MEANS)[number]): OpenPart {
  const means = Object.entries(outputs).map(
    ([key, output]) => [output, meanAt(element, key)] as const,
  )
  const shown = means.map(([output, mean]) => `${output} ${mean ?? 'not a number'}`).join(', ')
  return {
    label: `${nameOf(element.value)}: mean ${shown}`,
    count: 0,
    isByOrder: () => false,
    join({ rows }: RowsOfCell) {
      const values = means.map(([output, mean]) => [output, wholeValueOf(mean)] as const)
      const status = new Uint8Array(rows.length).fill(statusCode('ok'))
      return {
        metric,
        columns: { counted: { values: new Float64Array(rows.length).fill(1), status } },
        rowStatus: status,
        record: { n: null, draws: 1, size: rows.length, values: Object.fromEntries(values) },
        how: `a summary of the whole file, mean ${shown}; values of rows are not known`,
      }
    },
  }
}

/** Data-set-level results: means and counts, one object for each run of a script, appended to each other. */
export const resultSummary: ValuesFormat = {
  id: 'result-summary',
  label: 'summary of results',
  matches: (head) => head.objects.length > 0 && head.objects.every(isSummary),
  message:
    'This file holds results of whole data sets (means or counts of levels) and no rows. The data set named in it is a constant of the script: choose the place whose rows were measured.',
  open() {
    const parts: OpenPart[] = []
    return {
      add(element) {
        const means = meansOf(element.value)
        if (isLevels(element.value)) parts.push(levelsPart(element))
        else if (means) parts.push(meansPart(element, means))
        else
          throw element.error(
            'The object is no summary.',
            'the keys that the scripts of the paper write',
          )
      },
      parts: () => parts,
    }
  },
}
