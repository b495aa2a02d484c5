import { countMask, maskToIndexes } from '@/lib/columns/filter'
import type { SubsetComparison } from '@/lib/contracts/subset'
import { AppError } from '@/lib/errors'
import { getMetric, needsOf } from '@/lib/metrics'
import { drawnMembers } from '@/lib/metrics/sets/draws'
import type { MeasuredMetric } from '@/lib/metrics/types'
import { mean, sampleStd } from '@/lib/stats/summary'
import type { Kept, RuleData } from '@/lib/subsets/types'

type Compared = Pick<SubsetComparison, 'measures' | 'drawn'>

// The page waits: a draw of this many texts is measured in a few tenths of a second by each measure.
const MOST_ROWS = 1_000
// Enough for a spread; a run of the measure draws as many as one likes.
const DRAWS = 5

function textMeasure(id: string): MeasuredMetric & { set: NonNullable<MeasuredMetric['set']> } {
  const metric = getMetric(id)
  const isOfTexts = metric.kind === 'measured' && metric.set && needsOf(metric, {}).length === 0
  if (isOfTexts) return metric as ReturnType<typeof textMeasure>
  throw new AppError(
    'invalid_input',
    `"${id}" is no measure of a set of texts. Those over embeddings are computed for whole files on the Overview page.`,
  )
}

/** Returns measures of the instructions of each set, over seeded draws of as many rows from each, so that the numbers can be compared. */
export async function compareMeasures(
  data: RuleData,
  sets: readonly Kept[],
  { measures: ids, seed }: { measures: readonly string[]; seed: number },
  pause: () => Promise<void>,
): Promise<Compared> {
  const metrics = ids.map(textMeasure)
  const n = Math.min(MOST_ROWS, ...sets.map(countMask))
  if (metrics.length === 0) return { measures: [], drawn: null }
  const rows = sets.map((set) => maskToIndexes(set))
  // A set of just n rows is its only draw.
  const draws = rows.map((own) =>
    // Nothing can be said where one of the subsets is empty.
    Array.from({ length: n === 0 ? 0 : own.length === n ? 1 : DRAWS }, (_, draw) =>
      Array.from(drawnMembers(own.length, n, seed, draw), (k) => own[k] as number),
    ),
  )
  const wanted = new Uint8Array(data.n)
  for (const row of draws.flat(2)) wanted[row] = 1
  const texts = new Map<number, string>()
  const reading = data.texts(wanted, 'instruction', (row, text) => texts.set(row, text))
  while (!reading.next().done) await pause()
  const measures: Compared['measures'] = []
  for (const { id, set } of metrics) {
    const found: Record<string, number | null>[][] = []
    for (const own of draws) {
      const numbers: Record<string, number | null>[] = []
      for (const draw of own) {
        numbers.push(
          await set.numbers(
            draw.map((row) => texts.get(row) ?? ''),
            {},
          ),
        )
        await pause()
      }
      found.push(numbers)
    }
    for (const { key, label, description } of set.outputs) {
      const values = found.map((own) => {
        const known = own.flatMap((numbers) => numbers[key] ?? [])
        // A mean over the draws that have a number would favour them.
        if (own.length === 0 || known.length < own.length) return { mean: null, sd: null }
        return { mean: mean(known), sd: known.length > 1 ? sampleStd(known) : null }
      })
      measures.push({ metric: id, key, label, description, values })
    }
  }
  return { measures, drawn: { n, draws: DRAWS, seed } }
}
