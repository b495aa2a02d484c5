import { inTransaction, type Db } from '@/db/client'
import { testDatabase } from '@/lib/testing/database'
import { emptyFilter, type RowFilter, type RowSort } from '@/lib/contracts/filter'
import { statusCode } from '@/lib/contracts/status'
import { listMeasured } from '@/lib/metrics'
import { columnHistogram, listRows } from '@/lib/services/rows'
import { currentCells } from '@/lib/services/cells'
import {
  appendResponses,
  appendRows,
  openResponseSet,
  openStagedCell,
  plainRow,
  publishCell,
} from '@/lib/services/cells/staging'
import { forgetCaches } from '@/lib/services/columns/cache'
import { columnOf, storeRun } from '@/lib/testing/columns'
import { createStudy, ensureArm, ensureSeedSet } from '@/lib/services/studies'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { createRandom } from '@/lib/stats/random'
import { benchRows } from './import'

/** Server time of one kind of page over the same rows, in milliseconds. */
export interface PageTiming {
  name: string
  /** Median from empty caches; SQLite's own pages are warm. */
  firstMs: number
  /** Median of another page of the same filter and sort. */
  nextMs: number
}

/** What the rows-page benchmark measured; the aim is a worst page below 100 ms at 100,000 rows. */
export interface RowsPageBench {
  rows: number
  pages: PageTiming[]
  worstMs: number
  /** Longest time without giving way to other requests, during the text search. */
  searchBlockMs: number
  studyDetailMs: number
}

const PAGE_ROWS = 100
const RUNS = 5

function fill(n: number) {
  const db = testDatabase()
  const { id: studyId } = createStudy(db, { name: 'bench' })
  const seedSetId = ensureSeedSet(db, studyId, 'bench', 'Bench')
  const arm = { key: 'arm', label: 'Arm', armClass: 'other', scenario: 'other' } as const
  const metric = listMeasured().find((candidate) =>
    candidate.outputs.some((o) => o.shape === 'scalar' && !o.hidden),
  )
  const output = metric?.outputs.find(
    (candidate) => candidate.shape === 'scalar' && !candidate.hidden,
  )
  const random = createRandom(2)
  const perCell = Math.ceil(n / 4)
  const runCells = []
  for (let round = 0; round < 4; round++) {
    const texts = benchRows(perCell)
    const { cellNo } = openStagedCell(db, {
      studyId,
      seedSetId,
      armId: round === 0 ? null : ensureArm(db, studyId, arm),
      round,
      source: {
        kind: 'file',
        fileName: `bench-${round}`,
        sizeBytes: 0,
        sha256: String(round),
        format: 'alpaca',
        container: 'file',
        mapping: null,
        keySets: [],
        definition: null,
      },
    })
    const set = {
      kind: 'imported',
      label: 'bench',
      definition: null,
      definitionHash: null,
    } as const
    const setNo = openResponseSet(db, cellNo, set)
    inTransaction(db, () => {
      appendRows(
        db,
        cellNo,
        texts.map(({ instruction, input }, idx) =>
          plainRow({ idx, slot: idx, instruction, input }),
        ),
      )
      appendResponses(
        db,
        setNo,
        texts.map(({ output: text }, idx) => ({
          idx,
          text,
          status: statusCode('ok'),
          finishReason: null,
        })),
      )
    })
    publishCell(db, cellNo, {
      rowCount: perCell,
      report: { rows: perCell, skipped: [], flags: {}, notes: [] },
      keySets: [],
      slotCount: perCell,
    })
    const column = columnOf(Float64Array.from({ length: perCell }, () => random.next()))
    for (let row = 0; row < perCell; row += 17) column.status[row] = statusCode('error')
    runCells.push({ cellNo, outputs: { [output?.key ?? '']: column } })
  }
  storeRun(db, studyId, { metric: metric?.id ?? '', cells: runCells })
  return { db, studyId, column: `${metric?.id}.${output?.key}` }
}

/** Times pages of n rows in four files: by position, by a metric, filtered by ranges, by text, and by both. */
export async function benchRowsPage(n = 100_000): Promise<RowsPageBench> {
  const { db, studyId, column } = fill(n)
  const range = { column, min: 0.25, max: 0.75, missing: false }
  const byMetric: RowSort = { column, descending: true }
  const byPosition: RowSort = { column: 'position', descending: false }
  const kinds: { name: string; filter: Partial<RowFilter>; sort: RowSort }[] = [
    { name: 'file order', filter: {}, sort: byPosition },
    { name: 'sorted by a metric', filter: {}, sort: byMetric },
    { name: 'range filter, sorted by a metric', filter: { ranges: [range] }, sort: byMetric },
    {
      name: 'range and round, file order',
      filter: { ranges: [range], rounds: [1, 2] },
      sort: byPosition,
    },
  ]
  const pages: PageTiming[] = []
  for (const { name, filter, sort } of kinds) {
    const query = {
      filter: { ...emptyFilter(), ...filter },
      sort,
      columns: [column],
      limit: PAGE_ROWS,
    }
    const page = async (offset: number) =>
      (await listRows(db, studyId, { ...query, offset })).serverMs
    const deep = Math.max(0, Math.floor(n / 4) - PAGE_ROWS - 7)
    pages.push(
      await median(
        db,
        name,
        () => page(0),
        () => page(deep),
      ),
    )
  }
  let searchBlockMs = Infinity
  const search = async () => {
    const { blockMs, ms } = await timedSearch(db, studyId)
    searchBlockMs = Math.min(searchBlockMs, blockMs)
    return ms
  }
  pages.push(
    await median(db, 'text search', search, async () => (await timedSearch(db, studyId)).ms),
  )
  const histogram = async () => {
    const started = performance.now()
    await columnHistogram(db, studyId, column, { ...emptyFilter(), ranges: [range] })
    return performance.now() - started
  }
  pages.push(await median(db, 'header histogram', histogram, histogram))
  const detailStarted = performance.now()
  getStudyDetail(db, studyId)
  const studyDetailMs = performance.now() - detailStarted
  const rows = currentCells(db, studyId).reduce((sum, cell) => sum + cell.rowCount, 0)
  db.$client.close()
  const worstMs = Math.max(...pages.flatMap((page) => [page.firstMs, page.nextMs]))
  return { rows, pages, worstMs, searchBlockMs, studyDetailMs }
}

/** Median of repeats, each from empty caches: other work on the machine must not decide. */
async function median(
  db: Db,
  name: string,
  first: () => Promise<number>,
  next: () => Promise<number>,
): Promise<PageTiming> {
  const firsts: number[] = []
  const nexts: number[] = []
  for (let run = 0; run < RUNS; run++) {
    forgetCaches(db)
    firsts.push(await first())
    nexts.push(await next())
  }
  const middle = (values: number[]) => values.toSorted((a, b) => a - b)[RUNS >> 1] as number
  return { name, firstMs: middle(firsts), nextMs: middle(nexts) }
}

/** Returns what the work resolves to, with the longest time in which no other request had its turn. */
export async function watchBlocks<T>(
  work: () => Promise<T>,
): Promise<{ blockMs: number; result: T }> {
  let blockMs = 0
  let last = performance.now()
  const timer = setInterval(() => {
    blockMs = Math.max(blockMs, performance.now() - last)
    last = performance.now()
  }, 1)
  const result = await work()
  clearInterval(timer)
  return { blockMs, result }
}

/** Returns the time of a search page, and the longest time in which no other request had its turn. */
async function timedSearch(db: Db, studyId: string): Promise<{ blockMs: number; ms: number }> {
  const { blockMs, result } = await watchBlocks(() =>
    listRows(db, studyId, {
      filter: { ...emptyFilter(), text: '99: story' },
      sort: { column: 'position', descending: false },
      columns: [],
      offset: 0,
      limit: PAGE_ROWS,
    }),
  )
  return { blockMs, ms: result.serverMs }
}
