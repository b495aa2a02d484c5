import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { getFigure, parseFigureOptions } from '@/lib/figures'
import { ascendingRows } from '@/lib/figures/shared/order'
import type { FigureData } from '@/lib/figures/types'
import { createRandom } from '@/lib/stats/random'
import { addTestRun, type TestValue } from '@/lib/testing/compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { loadFigureData } from '../figures/data'

const ROWS = 3_000
const SCORE = 'difficulty_score.score'
const MND = 'mnd.mnd'
const LEVEL = 'difficulty_level.level'

let study: TestStudy

beforeEach(async () => {
  study = await testStudy()
  const random = createRandom(3)
  const cells: string[] = []
  for (const [key, round] of [
    ['small', 1],
    ['small', 2],
    ['large', 1],
  ] as const) {
    const { cellId } = await importRows(study, `${key}${round}.json`, alpacaRows(ROWS, key), {
      seedSetKey: 'general',
      seedSetLabel: 'General',
      round,
      armKey: key,
      armLabel: key,
      armClass: key,
    })
    cells.push(cellId)
  }
  const add = (metric: string, output: string, value: () => number) =>
    addTestRun(
      study.db,
      { studyId: study.studyId, metric, output, hash: metric },
      Object.fromEntries(
        cells.map((id) => [
          id,
          Array.from({ length: ROWS }, (): TestValue =>
            random.next() < 0.1 ? 'unparsed' : value(),
          ),
        ]),
      ),
    )
  // Many equal values, none at all where the other column has one, and numbers that no axis holds.
  add('difficulty_score', 'score', () => Math.floor(100 * random.next()))
  add('mnd', 'mnd', () => (random.next() < 0.01 ? 1e-200 : random.next()))
  add('difficulty_level', 'level', () => 1 + Math.floor(5 * random.next()))
})
afterEach(() => study.close())

const FILTERS = {
  'all rows': {},
  'a range': { ranges: [{ column: MND, min: 0.2, max: 0.9, missing: true }] },
  'a range that leaves one evolver few rows': {
    arms: ['small'],
    ranges: [{ column: SCORE, min: 10, max: 12, missing: false }],
  },
  'no row': { ranges: [{ column: SCORE, min: 200, max: null, missing: false }] },
}

const FIGURES: [string, Record<string, unknown>][] = [
  ['mnd-density', {}],
  ['distribution', { column: SCORE, rows: 'all', columns: 'all' }],
  ['distribution', { column: MND, scale: 'log', rows: 'evolver' }],
  ['scatter', { x: MND, y: SCORE, rows: 'all', columns: 'all' }],
  ['scatter', { x: SCORE, y: LEVEL, view: 'points', rows: 'cell' }],
  ['subset-overlap', { first: SCORE, second: MND, third: 'none', fourth: 'none' }],
]

/** The same data without orders, as an example has it: figures then sort it themselves. */
function plain(data: FigureData): FigureData {
  return {
    ...data,
    series: data.series.map((series) => ({
      ...series,
      columns: Object.fromEntries(
        Object.entries(series.columns).map(([id, column]) => [
          id,
          Object.fromEntries(Object.entries(column).filter(([key]) => key !== 'order')),
        ]),
      ),
    })),
  } as unknown as FigureData
}

describe.each(Object.entries(FILTERS))('under %s', (_, given) => {
  const filter = rowFilterSchema.parse(given)

  it.each(FIGURES)(
    '%s of sorted columns is that of columns it sorts itself, %o',
    async (id, of) => {
      const figure = getFigure(id)
      const options = parseFigureOptions(figure, of)
      const data = await loadFigureData(study.db, study.studyId, {
        columns: figure.columns(options),
        operators: false,
        lineage: false,
        filter,
      })
      expect(figure.prepare(data, options)).toEqual(figure.prepare(plain(data), options))
    },
  )

  it('the order of a column is that of sorting its rows', async () => {
    const request = { columns: [SCORE, MND], operators: false, lineage: false, filter }
    const { series } = await loadFigureData(study.db, study.studyId, request)
    for (const one of series) {
      for (const column of Object.values(one.columns)) {
        expect(column.order?.(0)).toEqual(ascendingRows(column))
      }
    }
  })
})

it('follows values that are stored later', async () => {
  const request = {
    columns: [SCORE],
    operators: false,
    lineage: false,
    filter: rowFilterSchema.parse({}),
  }
  const before = await loadFigureData(study.db, study.studyId, request)
  const [first] = before.series
  const ids = before.series.map(({ cellId }) => cellId)
  const before0 = first?.columns[SCORE]?.order?.(0)[0]
  addTestRun(
    study.db,
    { studyId: study.studyId, metric: 'difficulty_score', output: 'score', hash: 'later' },
    Object.fromEntries(ids.map((id) => [id, Array.from({ length: ROWS }, (_, i) => ROWS - i)])),
  )
  const after = await loadFigureData(study.db, study.studyId, request)
  expect(after.series[0]?.columns[SCORE]?.order?.(0)[0]).toBe(ROWS - 1)
  expect(before0).not.toBe(ROWS - 1)
})
