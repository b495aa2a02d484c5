import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { lineageSortSchema, type LineageSort } from '@/lib/contracts/lineage'
import { lineagePage } from '@/lib/services/lineage'
import { fillPaperStudy } from './paper-study'

const RUNS = 9
/** Seeds of one window of the grid. */
const PAGE_SEEDS = 20
const COLUMN = 'mnd.mnd'

/** Pages of the lineage grid over half a million rows: the first one builds the index of seeds, the median of others does not. */
export interface LineageTiming {
  name: string
  firstMs: number
  nextMs: number
  kilobytes: number
}

/** Returns how long pages of the lineage grid take on a study of the paper's size, with texts and alignments. */
export async function benchLineagePage(): Promise<{ rows: number; timings: LineageTiming[] }> {
  const { db, studyId, rows } = fillPaperStudy()
  const step = { column: COLUMN, arm: 'small', round: 2 }
  const range = { column: COLUMN, min: 0.5, max: null, missing: false }
  const timings: LineageTiming[] = []
  const kinds: [string, Partial<RowFilter>, Partial<LineageSort>][] = [
    ['file order', {}, {}],
    ['sorted by a step', {}, step],
    ['filtered and sorted', { ranges: [range] }, { ...step, descending: true }],
  ]
  for (const [name, filter, sort] of kinds) {
    const times: number[] = []
    let kilobytes = 0
    for (let run = 0; run < RUNS; run += 1) {
      const started = performance.now()
      const page = await lineagePage(db, studyId, {
        filter: { ...emptyFilter(), ...filter },
        sort: lineageSortSchema.parse(sort),
        columns: [COLUMN, 'difficulty_score.score'],
        offset: run * 4_001,
        limit: PAGE_SEEDS,
      })
      times.push(performance.now() - started)
      kilobytes = JSON.stringify(page).length / 1_000
    }
    const [firstMs = 0, ...others] = times
    const nextMs = others.toSorted((a, b) => a - b)[others.length >> 1] ?? 0
    timings.push({ name, firstMs, nextMs, kilobytes })
  }
  db.$client.close()
  return { rows, timings }
}
