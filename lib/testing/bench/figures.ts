import type { Db } from '@/db/client'
import { emptyFilter } from '@/lib/contracts/filter'
import { listFigures } from '@/lib/figures'
import { getStudyFigure, listStudyFigures } from '@/lib/services/figures'
import { brushTiles } from '@/lib/services/figures/tiles'
import { fillPaperStudy } from './paper-study'

// Twenty warm calls: the slowest but one is their 95th percentile.
const RUNS = 20

/** Server time of one figure over all rows, asked for again: 95th percentile, in milliseconds. */
export interface FigureTiming {
  name: string
  ms: number
  /** Size of the reply. */
  kilobytes: number
  /** Milliseconds that it may take; 100 unless given. */
  most?: number
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
    ms: p95(times.slice(1)),
    kilobytes,
    most,
  }
}

function p95(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.ceil(0.95 * times.length) - 1] ?? 0
}

/** Further options of figures whose cost they change. */
const VARIANTS: [string, string, Record<string, unknown>][] = [
  ['distribution, whole numbers', 'distribution', { column: 'difficulty_score.score' }],
  ['distribution, logarithmic', 'distribution', { column: 'mnd.mnd', scale: 'log' }],
  [
    'distribution, all in one panel',
    'distribution',
    { column: 'mnd.mnd', rows: 'all', columns: 'all' },
  ],
  [
    'two columns, points of each cell',
    'scatter',
    { x: 'mnd.mnd', y: 'difficulty_score.score', view: 'points', rows: 'cell' },
  ],
  ['level transitions, evolver to evolver', 'level-transitions', { pairs: 'evolver' }],
]

/** Every figure of the registry under the options of its example; a column that the study lacks gives way to one that it has. */
function everyFigure(db: Db, studyId: string): typeof VARIANTS {
  const listed = listStudyFigures(db, studyId)
  return listFigures().map((figure) => {
    const { options } = figure.example()
    const fields = listed.find(({ id }) => id === figure.id)?.options ?? []
    const fitting = fields.flatMap(({ name, columns, choices }) => {
      const values = choices.map(({ value }) => value)
      const given = (options as Record<string, unknown>)[name]
      const stands = given === undefined || values.includes(String(given))
      return columns && !stands && values[0] !== undefined ? [[name, values[0]]] : []
    })
    return [figure.id, figure.id, { ...options, ...Object.fromEntries(fitting) }]
  })
}

/** Returns how long a figure over half a million rows takes when it is asked for again, as it was prepared; what preparing costs is not in it. */
export async function benchFigures(): Promise<{ rows: number; timings: FigureTiming[] }> {
  const { db, studyId, rows } = fillPaperStudy()
  const timings: FigureTiming[] = []
  for (const [name, figureId, options] of [...everyFigure(db, studyId), ...VARIANTS]) {
    const times: number[] = []
    let kilobytes = 0
    for (let i = 0; i <= RUNS; i += 1) {
      const start = performance.now()
      const result = await getStudyFigure(db, studyId, { figureId, options, filter: emptyFilter() })
      times.push(performance.now() - start)
      kilobytes = JSON.stringify(result).length / 1000
    }
    // The first one loads the columns and prepares the figure.
    timings.push({ name, ms: p95(times.slice(1)), kilobytes })
  }
  timings.push(await benchBrush(db, studyId))
  db.$client.close()
  return { rows, timings }
}
