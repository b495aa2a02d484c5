import { gzipSync } from 'node:zlib'
import type { Db } from '@/db/client'
import type { FigureListItem } from '@/lib/contracts/figure'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { getFigure, listFigures, parseFigureOptions } from '@/lib/figures'
import { getStudyFigure, listStudyFigures } from '@/lib/services/figures'
import { brushTiles } from '@/lib/services/figures/tiles'
import { fillPaperStudy } from './paper-study'

// Twenty warm calls: the slowest but one is their 95th percentile.
const RUNS = 20
// Bounds of the filters that warm the columns, apart from those that are timed.
const WARMING = 1_000

/** Server time of one figure: 95th percentile, in milliseconds. */
export interface FigureTiming {
  name: string
  ms: number
  /** Size of the reply as it is sent, compressed. */
  kilobytes: number
  /** Milliseconds that it may take; 100 unless given. */
  most?: number
}

const sentKilobytes = (reply: unknown) => gzipSync(JSON.stringify(reply)).length / 1000

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
    kilobytes = Math.max(...reply.tiles.map(sentKilobytes))
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

const RANGED = ['mnd.mnd', 'difficulty_score.score']
const ROUNDS = [[], [1, 2], [], [2, 3]]
const EVOLVERS = [[], [], ['seeds', 'large'], ['small', 'large']]
// Small enough that nearly all rows stay, and no two requests have the same bound.
const BOUND_STEP = 1e-4

/** The k-th filter of a figure: always one that was not asked before. */
function newFilter(figureId: string, k: number, salt: number): RowFilter {
  const bound = (salt + k + 1) * BOUND_STEP
  const columns = k % 5 === 4 ? RANGED : [RANGED[k % 2] as string]
  return {
    ...emptyFilter(),
    rounds: figureId === 'operator-effect' ? [] : (ROUNDS[k % ROUNDS.length] as number[]),
    arms: EVOLVERS[Math.floor(k / 2) % EVOLVERS.length] as string[],
    ranges: columns.map((column) => ({ column, min: bound, max: null, missing: k % 3 === 0 })),
  }
}

/** The options given, and each other choice of each option with the rest as given. */
function choicesOf(
  figureId: string,
  given: Record<string, unknown>,
  fields: FigureListItem['options'],
): Record<string, unknown>[] {
  const figure = getFigure(figureId)
  const variants = fields.flatMap((field): Record<string, unknown>[] => {
    const { name, kind, choices, default: preset, min, max } = field
    if (kind === 'choice') return choices.map(({ value }) => ({ ...given, [name]: value }))
    if (kind === 'switch') return [{ ...given, [name]: preset === false }]
    if (kind !== 'number' || min === null || max === null) return []
    return [{ ...given, [name]: Math.round((Number(preset) + max) / 2) }]
  })
  // What a figure does not take together (a column of levels as a number) is no request.
  const allowed = variants.filter((options) => {
    try {
      return parseFigureOptions(figure, options) !== null
    } catch {
      return false
    }
  })
  return [given, ...allowed]
}

/** What a request took: the clock, or the processor's time where other work of the machine made the clock run on. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return Math.min(performance.now() - start, (user + system) / 1000)
}

/** Times of a figure over all rows: under requests that were never made before, and asked for again. */
async function benchFigure(
  db: Db,
  studyId: string,
  [name, figureId, options]: (typeof VARIANTS)[number],
  listed: readonly FigureListItem[],
): Promise<FigureTiming[]> {
  const fields = listed.find(({ id }) => id === figureId)?.options ?? []
  const variants = choicesOf(figureId, options, fields)
  const requests = Math.max(RUNS, variants.length)
  const fresh: { ms: number; k: number }[] = []
  const kept: number[] = []
  let kilobytes = 0
  const ask = async (k: number, salt: number) => {
    const filter = newFilter(figureId, k, salt)
    const chosen = variants[k % variants.length] as Record<string, unknown>
    return getStudyFigure(db, studyId, { figureId, options: chosen, filter })
  }
  // Columns are read once for each choice; what is timed is a request with other bounds.
  for (let k = 0; k < variants.length; k += 1)
    kilobytes = Math.max(kilobytes, sentKilobytes(await ask(k, WARMING)))
  for (let k = 0; k < requests; k += 1) fresh.push({ ms: await timed(() => ask(k, 0)), k })
  // The last ones: a cache that is bounded forgets the first.
  for (let k = requests - RUNS; k < requests; k += 1) kept.push(await timed(() => ask(k, 0)))
  const slowest = fresh.toSorted((a, b) => b.ms - a.ms)[0]
  const slow = variants[(slowest?.k ?? 0) % variants.length] ?? {}
  const changed = Object.entries(slow).filter(([key, value]) => options[key] !== value)
  const under = changed.map(([key, value]) => `${key} ${String(value)}`).join(', ')
  const worst = `slowest ${(slowest?.ms ?? 0).toFixed(0)} ms${under && ` under ${under}`}`
  return [
    {
      name: `${name}, new rows and options (${worst})`,
      ms: p95(fresh.map(({ ms }) => ms)),
      kilobytes,
    },
    { name: `${name}, asked again`, ms: p95(kept), kilobytes },
  ]
}

/**
 * Returns how long figures over half a million rows take, columns in memory: under filters and options that were never
 * asked before, and asked for again. `only` names figures.
 */
export async function benchFigures(
  { db, studyId, rows } = fillPaperStudy(),
  only: readonly string[] = [],
): Promise<{ rows: number; timings: FigureTiming[] }> {
  const timings: FigureTiming[] = []
  const listed = listStudyFigures(db, studyId)
  for (const entry of [...everyFigure(db, studyId), ...VARIANTS]) {
    if (only.length === 0 || only.includes(entry[1]))
      timings.push(...(await benchFigure(db, studyId, entry, listed)))
  }
  if (only.length === 0) timings.push(await benchBrush(db, studyId))
  db.$client.close()
  return { rows, timings }
}
