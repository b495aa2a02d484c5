import { countMask, maskToIndexes } from '@/lib/columns/filter'
import type { SubsetComparison } from '@/lib/contracts/subset'
import { AppError } from '@/lib/errors'
import { getMetric, needsOf } from '@/lib/metrics'
import { drawnMembers } from '@/lib/metrics/sets/draws'
import type { MeasuredMetric } from '@/lib/metrics/types'
import { mean, sampleStd } from '@/lib/stats/summary'
import type { Kept, RuleData } from '@/lib/subsets/types'
import type { RowVectorReader } from './vectors'

type Compared = Pick<SubsetComparison, 'measures' | 'drawn'>

// The page waits: a draw of this many texts is measured in a few tenths of a second by each measure.
const MOST_ROWS = 1_000
// Enough for a spread; a run of the measure draws as many as one likes.
const DRAWS = 5
/** Vectors that are read between two turns of others: some milliseconds. */
const VECTORS_A_TURN = 100

type SetMeasure = MeasuredMetric & { set: NonNullable<MeasuredMetric['set']> }

function setMeasure(id: string): SetMeasure {
  const metric = getMetric(id)
  if (metric.kind === 'measured' && metric.set) return metric as SetMeasure
  throw new AppError('invalid_input', `"${id}" is no measure of a set. Choose one that is.`)
}

/** What measures read of rows. */
interface Sources {
  data: RuleData
  /** Opens the embeddings of the study's rows; or says why there are none. */
  vectors(): RowVectorReader | string
}

/** What one draw holds for a measure, and why it holds less than was drawn. */
interface Members {
  of(draw: readonly number[]): unknown
  rows: number
  note: string | null
}

/** Texts of the drawn rows. */
async function textMembers(
  data: RuleData,
  draws: readonly (readonly number[])[],
  n: number,
  pause: () => Promise<void>,
): Promise<Members> {
  const wanted = new Uint8Array(data.n)
  for (const row of draws.flat()) wanted[row] = 1
  const texts = new Map<number, string>()
  const reading = data.texts(wanted, 'instruction', (row, text) => texts.set(row, text))
  while (!reading.next().done) await pause()
  return { of: (draw) => draw.map((row) => texts.get(row) ?? ''), rows: n, note: null }
}

/** Embeddings of the drawn rows: of each draw as many as the draw with the fewest has, so that numbers can be compared. */
async function vectorMembers(
  reader: RowVectorReader | string,
  draws: readonly (readonly number[])[],
  n: number,
  pause: () => Promise<void>,
): Promise<Members> {
  if (typeof reader === 'string') return { of: () => null, rows: 0, note: reader }
  const found = new Map<number, Float32Array>()
  try {
    for (const [at, row] of [...new Set(draws.flat())].entries()) {
      const vector = reader.read(row)
      if (vector) found.set(row, vector)
      if (at % VECTORS_A_TURN === 0) await pause()
    }
  } finally {
    reader.close()
  }
  const rows = Math.min(n, ...draws.map((draw) => draw.filter((row) => found.has(row)).length))
  const model = `Over the embeddings of ${reader.model}`
  const some = `: ${rows} of ${n} rows of each draw, because some rows have none`
  const none = `: a draw has ${rows} rows with one, too few to measure. Compute "Minimum neighbour distance" on these files, which stores them`
  const of = (draw: readonly number[]) => {
    const vectors = draw.flatMap((row) => found.get(row) ?? []).slice(0, rows)
    const d = vectors[0]?.length ?? 0
    const matrix = new Float32Array(rows * d)
    vectors.forEach((vector, k) => matrix.set(vector, k * d))
    return rows < 2 ? null : { matrix, n: rows, d }
  }
  return { of, rows, note: `${model}${rows === n ? '' : rows < 2 ? none : some}.` }
}

/** Returns measures of each set, over seeded draws of as many rows from each, so that the numbers can be compared. */
export async function compareMeasures(
  { data, vectors }: Sources,
  sets: readonly Kept[],
  { measures: ids, seed }: { measures: readonly string[]; seed: number },
  pause: () => Promise<void>,
): Promise<Compared> {
  const metrics = ids.map(setMeasure)
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
  const isOfVectors = (metric: SetMeasure) => needsOf(metric, {}).length > 0
  const all = draws.flat()
  const texts = metrics.every(isOfVectors) ? null : await textMembers(data, all, n, pause)
  const embedded = metrics.some(isOfVectors) ? await vectorMembers(vectors(), all, n, pause) : null
  const measures: Compared['measures'] = []
  for (const metric of metrics) {
    const { id, set } = metric
    const members = (isOfVectors(metric) ? embedded : texts) as Members
    const found: Record<string, number | null>[][] = []
    for (const own of draws) {
      const numbers: Record<string, number | null>[] = []
      for (const draw of own) {
        const held = members.of(draw)
        numbers.push(held === null ? {} : await set.numbers(held, {}))
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
      const { rows: measured, note } = members
      measures.push({ metric: id, key, label, description, values, rows: measured, note })
    }
  }
  return { measures, drawn: { n, draws: DRAWS, seed } }
}
