import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { listRows } from '@/lib/services/rows'
import { undoAnnotation } from '@/lib/services/rows/annotations'
import { forgetCaches } from '@/lib/services/columns/cache'
import { decideOnAll } from '@/lib/testing/decisions'
import { fillPaperStudy } from './paper-study'

const PAGE_ROWS = 100
const SORT = 'mnd.mnd'
const COLUMNS = [SORT, 'difficulty_score.score', 'instruction_characters.instruction']
/** Places that are scrolled to, so far apart that no two share a page of the database. */
const PLACES = 60
const RUNS = 5

/** What one piece of work in the table of rows took, and what it may take. */
export interface TableTiming {
  name: string
  ms: number
  most: number
}

const at = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0

/** Returns how long sorting, scrolling and deciding take on a study of the paper's size. */
export async function benchTable(): Promise<{ rows: number; timings: TableTiming[] }> {
  const { db, studyId, rows } = fillPaperStudy()
  const study = { db, studyId }
  const page = async (
    sort: string | null,
    { offset = 0, descending = false, filter = {} as Partial<RowFilter> } = {},
  ) => {
    const started = performance.now()
    await listRows(db, studyId, {
      filter: { ...emptyFilter(), ...filter },
      sort: { column: sort ?? 'position', descending },
      columns: sort === null ? [] : COLUMNS,
      offset,
      limit: PAGE_ROWS,
    })
    return performance.now() - started
  }
  const textFirstMs = await page('instruction')
  const textAgainMs = await page('instruction', { descending: true })
  const firsts: number[] = []
  const again: number[] = []
  const others: number[] = []
  for (let run = 0; run < RUNS; run += 1) {
    forgetCaches(db)
    // The texts' own column is measured by another bench.
    await page('difficulty_score.score')
    firsts.push(await page(SORT))
    again.push(await page(SORT), await page(SORT, { descending: true }))
    others.push(await page(SORT, { descending: true, filter: { rounds: [1, 2] } }))
  }
  const places: number[] = []
  for (let k = 0; k < PLACES; k += 1) {
    const offset = Math.floor(((k * 37) % PLACES) * ((rows - PAGE_ROWS) / PLACES))
    places.push(await page(SORT, { offset }), await page(null, { offset }))
  }
  const started = performance.now()
  const { no } = await decideOnAll(study, {}, { kind: 'drop' })
  const decideMs = performance.now() - started
  const afterMs = await page(SORT)
  const undoing = performance.now()
  if (no !== null) undoAnnotation(db, studyId, no)
  const undoMs = performance.now() - undoing
  db.$client.close()
  return {
    rows,
    timings: [
      { name: 'sort by a metric, first', ms: at(firsts, 0.5), most: 150 },
      { name: 'the same again and the other way', ms: at(again, 0.5), most: 20 },
      { name: 'sorted the other way under a filter', ms: at(others, 0.5), most: 100 },
      // Every text is read and every other one compared whole; others have their turn meanwhile.
      { name: 'sort by the alphabet of a text, first', ms: textFirstMs, most: 6_000 },
      { name: 'the same the other way', ms: textAgainMs, most: 100 },
      { name: 'scroll anywhere, 95 of 100', ms: at(places, 0.95), most: 20 },
      { name: 'exclude every row', ms: decideMs, most: 2_000 },
      { name: 'page after that', ms: afterMs, most: 200 },
      { name: 'undo it', ms: undoMs, most: 100 },
    ],
  }
}
