import { statusCode, statusOf, type StatusName } from '@/lib/contracts/status'
import { defineMetric, type DerivedMetric, type Metric } from '../types'
import { harderVariants, type HarderVariant } from './metric'
import { ifdOf, type RatioForm } from './ratios'
import { meanOver, missing, type LossColumns, type RowFormula } from './read'

// Output keys that the two means are made from: the response after the instruction, and after nothing or a header.
const READS = ['cySum', 'cyN', 'dySum', 'dyN'] as const

const meanOf =
  (name: 'cy' | 'dy'): RowFormula =>
  (columns, i) =>
    meanOver(columns, i, [name], null, 'one_token_response')

/** Loss of the response after the instruction, as a mode that cuts its texts has it. */
export const cutConditional = meanOf('cy')
/** Loss of the response after nothing or a header. */
export const cutDirect = meanOf('dy')

const HARDER = 'Harder: the instruction helps less to predict the response.'

interface CutIfd extends Pick<
  DerivedMetric,
  'id' | 'label' | 'description' | 'formula' | 'source' | 'from'
> {
  form: RatioForm
  /** Whether the script leaves out a row of this ratio. */
  leavesOut(ratio: number): boolean
  /** What the ratio is without the rows that are left out, and with them. */
  kept: string
  all: string
  allLabel: string
  /** Further variants. */
  more?: Record<string, HarderVariant>
  /** Rows as [cySum, cyN, dySum, dyN], and what they give: ratio and status of each, without and with left-out rows. */
  example: {
    rows: readonly (readonly number[])[]
    status: readonly StatusName[]
    expected: Record<string, string>
  }
}

/** Returns the IFD of a mode that cuts its texts; a row that was cut says so in every number made from it. */
export function cutIfdMetric(metric: CutIfd): Metric {
  const { form, leavesOut, kept, all, allLabel, more, example, ...own } = metric
  const ratio: RowFormula = (columns, i) =>
    ifdOf(cutConditional(columns, i), cutDirect(columns, i), form)
  const keptRatio: RowFormula = (columns, i) => {
    const found = ratio(columns, i)
    return found.missing === null && leavesOut(found.value) ? missing('left_out') : found
  }
  const shared = { unit: '', directionMeans: HARDER }
  const derived = harderVariants(
    {
      kept: { ...shared, label: own.label, description: kept, of: keptRatio },
      all: { ...shared, label: allLabel, description: all, of: ratio },
      ...more,
    },
    { statusFrom: 'cySum' },
  )
  const run = () => {
    const status = Uint8Array.from(example.status, statusCode)
    const columns: LossColumns = Object.fromEntries(
      READS.map((key, at) => {
        return [key, { values: Float64Array.from(example.rows, (row) => row[at] ?? NaN), status }]
      }),
    )
    return Object.fromEntries(
      ['kept', 'all'].map((key) => {
        const { values, status: found } = derived.derive(columns, key, status.length)
        const shown = Array.from(values, (value, i) => {
          return `${Number(value.toFixed(12))} ${statusOf(found[i] as number).name}`
        })
        return [key, shown.join(', ')]
      }),
    )
  }
  return defineMetric({
    ...own,
    ...derived,
    kind: 'derived',
    version: 1,
    reads: READS,
    examples: [
      { name: 'rows that count and rows that are left out', run, expected: example.expected },
    ],
  })
}
