import process from 'node:process'
import { emptyFilter } from '@/lib/contracts/filter'
import { addFormula } from '@/lib/services/formulas'
import { previewFormula } from '@/lib/services/formulas/preview'
import { listRows } from '@/lib/services/rows'
import { fillPaperStudy } from './paper-study'

const RUNS = 10

/** Typed one after the other: each differs, so nothing of the answer is kept, while the columns are. */
const TYPED: readonly [name: string, of: (k: number) => string][] = [
  ['product', (k) => `mnd.mnd * difficulty_score.score + ${k}`],
  [
    'conditions',
    (k) => `if(mnd.mnd > 0.${k + 1} and not is_missing(difficulty_score.score), log(mnd.mnd), 0)`,
  ],
  ['rank within the cell', (k) => `rank(mnd.mnd + ${k})`],
  ['percentile within the seed set', (k) => `percentile(mnd.mnd * ${k + 1}, within: seed set)`],
  ['z-score within the level', (k) => `zscore(mnd.mnd + ${k}, within: difficulty_level.level)`],
]

/** Processor milliseconds of the slowest of ten previews of each kind, and the time of a page sorted by a new formula column. */
export async function benchFormulas() {
  const { db, studyId } = fillPaperStudy()
  const timings: { name: string; ms: number; most: number }[] = []
  let rows = 0
  for (const [name, of] of TYPED) {
    await previewFormula(db, studyId, { text: of(RUNS), own: null })
    const times: number[] = []
    for (let k = 0; k < RUNS; k += 1) {
      // Of the processor, since nothing waits: other work of the machine does not count.
      const before = process.cpuUsage()
      const found = await previewFormula(db, studyId, { text: of(k), own: null })
      const { user, system } = process.cpuUsage(before)
      times.push((user + system) / 1_000)
      if (!found.isValid) throw new Error(found.problem.message)
      rows = found.rows
    }
    timings.push({ name: `preview of a formula, ${name}`, ms: Math.max(...times), most: 300 })
  }
  const { column } = addFormula(db, studyId, {
    name: 'f',
    text: 'mnd.mnd / difficulty_score.score',
  })
  for (const again of ['first', 'again']) {
    const start = performance.now()
    const sort = { column, descending: again === 'first' }
    const query = { filter: emptyFilter(), sort, columns: [column], offset: 0, limit: 50 }
    await listRows(db, studyId, query)
    const ms = performance.now() - start
    timings.push({ name: `page sorted by a formula column, ${again}`, ms, most: 1_000 })
  }
  return { rows, timings }
}
