import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { lineageSortSchema, type LineageSort } from '@/lib/contracts/lineage'
import { currentCells } from '@/lib/services/cells'
import { parentCellOf } from '@/lib/services/alignments'
import { lineagePage } from '@/lib/services/lineage'
import { fillPaperStudy } from './figures'

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
  const cells = currentCells(db, studyId)
  const addRows = db.$client.prepare(
    `with recursive n(k) as (select 0 union all select k + 1 from n where k < ? - 1)
     insert into rows (cell_no, idx, slot, instruction, flags)
     select ?, k, k, ? || k || ': explain in your own words how the tide and the moon belong together, name two sources and say where they differ.', 0 from n`,
  )
  const addAlignment = db.$client.prepare(
    `insert into alignments (id, child_cell_no, parent_cell_no, kind, version, params, matched, total, created_at)
     values (?, ?, ?, 'index', 1, '{}', ?, ?, 1) returning no`,
  )
  const addLinks = db.$client.prepare(
    `insert into links (alignment_no, child_idx, parent_idx, confidence, operator, operator_source)
     select ?, idx, idx, 1, 'deepen', 'inferred' from rows where cell_no = ?`,
  )
  for (const cell of cells) {
    addRows.run(cell.rowCount, cell.no, `Round ${cell.round} of `)
    const parent = parentCellOf(cells, cell)
    if (!parent) continue
    const n = cell.rowCount
    const { no } = addAlignment.get(`a${cell.no}`, cell.no, parent.no, n, n) as { no: number }
    addLinks.run(no, cell.no)
  }
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
