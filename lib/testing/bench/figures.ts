import { testDatabase } from '@/lib/testing/database'
import { emptyFilter } from '@/lib/contracts/filter'
import { storeRun } from '@/lib/testing/columns'
import { createRandom } from '@/lib/stats/random'
import { ensureArm, ensureSeedSet, createStudy } from '@/lib/services/studies'
import type { Db } from '@/db/client'
import { getStudyFigure } from '@/lib/services/figures'
import { brushTiles } from '@/lib/services/figures/tiles'

// The paper's whole collection with its seeds.
const ROWS = 556_346
const SEED_SETS = ['alpaca', 'gsm8k', 'code']
const ARMS = ['small', 'large']
const ROUNDS = [1, 2, 3]
const RUNS = 9

/** Server time of one figure over all rows, columns loaded: median of several, in milliseconds. */
export interface FigureTiming {
  name: string
  ms: number
  /** Size of the reply. */
  kilobytes: number
  /** Milliseconds that it may take; 100 unless given. */
  most?: number
}

/**
 * Makes the cells of a study as large as the paper's, without texts, and one column of each kind of value; with `isWide`
 * levels, too.
 */
export function fillPaperStudy(db: Db = testDatabase(), isWide = false) {
  const { id: studyId } = createStudy(db, { name: 'bench' })
  const random = createRandom(5)
  const insert = db.$client.prepare(
    `insert into cells (id, study_id, seed_set_id, arm_id, round, row_count, source, source_sha256, published_at, created_at)
     values (?, ?, ?, ?, ?, ?, '{}', ?, 1, 1) returning no`,
  )
  const perCell = Math.floor(ROWS / (SEED_SETS.length * (1 + ARMS.length * ROUNDS.length)))
  const cells: number[] = []
  for (const key of SEED_SETS) {
    const set = ensureSeedSet(db, studyId, key, key)
    const add = (arm: string | null, round: number) => {
      const armId =
        arm === null
          ? null
          : ensureArm(db, studyId, { key: arm, label: arm, armClass: 'other', scenario: 'other' })
      const id = `${key}-${arm}-${round}`
      const { no } = insert.get(id, studyId, set, armId, round, perCell, id) as { no: number }
      cells.push(no)
    }
    add(null, 0)
    for (const arm of ARMS) for (const round of ROUNDS) add(arm, round)
  }
  const column = (value: () => number) => Float64Array.from({ length: perCell }, value)
  const store = (metric: string, output: string, value: () => number) =>
    storeRun(db, studyId, {
      metric,
      cells: cells.map((cellNo) => ({ cellNo, outputs: { [output]: column(value) } })),
    })
  store('mnd', 'mnd', () => Math.abs(0.4 + 0.4 * (random.next() - 0.5) + 0.2 * random.next()))
  store('difficulty_score', 'score', () => Math.floor(101 * random.next()))
  if (isWide) store('difficulty_level', 'level', () => 1 + Math.floor(5 * random.next()))
  return { db, studyId, rows: perCell * cells.length }
}

/** What a brush asks once when it begins: the counts of five other figures. */
async function benchBrush(db: Db, studyId: string): Promise<FigureTiming> {
  const score = { column: 'difficulty_score.score' }
  const targets = [
    { figureId: 'mnd-density', options: {} },
    ...['density', 'histogram', 'cumulative'].map((view) => ({
      figureId: 'distribution',
      options: { ...score, view },
    })),
    { figureId: 'distribution', options: { column: 'mnd.mnd' } },
  ]
  const request = { figureId: 'distribution', options: score, filter: emptyFilter(), targets }
  const times: number[] = []
  let kilobytes = 0
  for (let i = 0; i < RUNS; i += 1) {
    const start = performance.now()
    const reply = await brushTiles(db, studyId, request)
    times.push(performance.now() - start)
    kilobytes = Math.max(...reply.tiles.map((tile) => JSON.stringify(tile).length / 1000))
  }
  // Once a brush, while the pointer goes over its first bins.
  const most = 1_000
  return {
    name: 'brush over five others, largest tile',
    ms: median(times.slice(1)),
    kilobytes,
    most,
  }
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}

/** Returns how long figures over half a million rows take once their columns are loaded. */
export async function benchFigures(): Promise<{ rows: number; timings: FigureTiming[] }> {
  const { db, studyId, rows } = fillPaperStudy()
  const timings: FigureTiming[] = []
  for (const [name, figureId, options] of [
    ['distribution, density', 'distribution', { column: 'mnd.mnd' }],
    ['distribution, whole numbers', 'distribution', { column: 'difficulty_score.score' }],
    ['distribution, logarithmic', 'distribution', { column: 'mnd.mnd', scale: 'log' }],
    [
      'distribution, all in one panel',
      'distribution',
      { column: 'mnd.mnd', rows: 'all', columns: 'all' },
    ],
    ['nearest-neighbour distance', 'mnd-density', {}],
    ['two columns, hexagons', 'scatter', { x: 'mnd.mnd', y: 'difficulty_score.score' }],
    [
      'two columns, points of each cell',
      'scatter',
      { x: 'mnd.mnd', y: 'difficulty_score.score', view: 'points', rows: 'cell' },
    ],
  ] as const) {
    const times: number[] = []
    let kilobytes = 0
    for (let i = 0; i < RUNS; i += 1) {
      const start = performance.now()
      const result = await getStudyFigure(db, studyId, { figureId, options, filter: emptyFilter() })
      times.push(performance.now() - start)
      kilobytes = JSON.stringify(result).length / 1000
    }
    // The first one loads the columns.
    timings.push({ name, ms: median(times.slice(1)), kilobytes })
  }
  timings.push(await benchBrush(db, studyId))
  db.$client.close()
  return { rows, timings }
}
