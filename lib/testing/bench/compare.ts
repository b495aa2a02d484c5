import process from 'node:process'
import { compareIntervals, compareSummary } from '@/lib/services/compare'
import { compareStateSchema } from '@/lib/contracts/compare'
import { columnMetric } from '@/lib/metrics'
import { createStudy, ensureArm, ensureSeedSet } from '@/lib/services/studies'
import { createRandom, type Random } from '@/lib/stats/random'
import { storeRun } from '@/lib/testing/columns'
import { testDatabase } from '@/lib/testing/database'

// Pairs of the paper's three seed sets together, and as many metrics as a summary has by default.
const PAIRS = 79_478
const METRICS = 10
const RUNS = 5

/** Processor time of a comparison of two sides, columns loaded: median of several, in milliseconds. */
export interface CompareTiming {
  pairs: number
  metrics: number
  summaryMs: number
  /** 10,000 resamples by seed; once, as intervals are kept. */
  intervalsMs: number
}

/** Whole numbers with many ties and continuous ones take turns. */
function valuesOf(metric: number, side: number, random: Random): Float64Array {
  const value =
    metric % 2 === 0
      ? () => Math.floor(40 * random.next()) + side
      : () => random.next() + random.next() + 0.01 * side
  return Float64Array.from({ length: PAIRS }, value)
}

function fill() {
  const db = testDatabase()
  const { id: studyId } = createStudy(db, { name: 'bench' })
  const random = createRandom(5)
  const set = ensureSeedSet(db, studyId, 'all', 'all')
  const insert = db.$client.prepare(
    `insert into cells (id, study_id, seed_set_id, arm_id, round, row_count, source, source_sha256, published_at, created_at)
     values (?, ?, ?, ?, 1, ?, '{}', ?, 1, 1) returning no`,
  )
  const row = db.$client.prepare(
    `insert into rows (cell_no, idx, slot, instruction) values (?, ?, ?, '')`,
  )
  const cells = ['small', 'large'].map((arm) => {
    const armId = ensureArm(db, studyId, {
      key: arm,
      label: arm,
      armClass: 'other',
      scenario: 'other',
    })
    const { no } = insert.get(arm, studyId, set, armId, PAIRS, arm) as { no: number }
    db.$client.transaction(() => {
      for (let i = 0; i < PAIRS; i += 1) row.run(no, i, i)
    })()
    return no
  })
  const columns = Array.from({ length: METRICS }, (_, m) => {
    const metric = columnMetric(`m${m}`, 'number').metric.id
    storeRun(db, studyId, {
      metric,
      cells: cells.map((cellNo, side) => ({
        cellNo,
        outputs: { value: valuesOf(m, side, random) },
      })),
    })
    return `${metric}.value`
  })
  return { db, studyId, columns }
}

const median = (times: readonly number[]) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0

/** Returns the processor time that work takes; other programs on the machine do not count. */
export async function processorMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Returns how long the first numbers and the intervals of two sides take once their columns are loaded. */
export async function benchCompare(): Promise<CompareTiming> {
  const { db, studyId, columns } = fill()
  const sides = { a: { arm: 'small', round: 1 }, b: { arm: 'large', round: 1 } }
  const state = compareStateSchema.parse({ ...sides, columns })
  const summaries: number[] = []
  // The first one loads the columns.
  await compareSummary(db, studyId, state)
  for (let i = 0; i < RUNS; i += 1) {
    summaries.push(await processorMs(() => compareSummary(db, studyId, state)))
  }
  const intervalsMs = await processorMs(() => compareIntervals(db, studyId, state))
  db.$client.close()
  return {
    pairs: PAIRS,
    metrics: METRICS,
    summaryMs: median(summaries),
    intervalsMs,
  }
}
