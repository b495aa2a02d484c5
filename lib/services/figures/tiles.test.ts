import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rowFilterSchema } from '@/lib/contracts/filter'
import type { DensityPrepared } from '@/lib/figures/shared/density'
import type { DifficultyLevelsPrepared } from '@/lib/figures/shared/levels'
import {
  boundsOf,
  groupKey,
  packCounts,
  placeOnEdges,
  runningSums,
  unpackCounts,
} from '@/lib/figures/shared/tiles'
import { createRandom } from '@/lib/stats/random'
import type { PointsPrepared } from '@/lib/figures/shared/points'
import { pointKey, type LinesPrepared } from '@/lib/figures/shared/lines'
import { addTestRun, type TestValue } from '@/lib/testing/compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { getStudyFigure } from '.'
import { brushTiles } from './tiles'

const ROWS = 400
const SCORE = 'difficulty_score.score'
const MND = { figureId: 'mnd-density', options: { bins: 'n20' } }
const SCATTER = { figureId: 'scatter', options: { x: SCORE, y: 'mnd.mnd' } }
const LEVELS = { figureId: 'difficulty-levels', options: {} }

describe('tiles of a brush', () => {
  let study: TestStudy
  let cells: string[]

  const figure = async <P>(
    { figureId, options }: { figureId: string; options: object },
    filter: object,
  ) => {
    const request = { figureId, options, filter: rowFilterSchema.parse(filter) }
    const { prepared } = await getStudyFigure(study.db, study.studyId, request)
    return prepared as unknown as P
  }
  const tilesOf = (figureId: string, options: object, targets: object[], filter: object = {}) =>
    brushTiles(study.db, study.studyId, {
      figureId,
      options,
      filter: rowFilterSchema.parse(filter),
      targets: targets as { figureId: string; options: object }[],
    })

  beforeEach(async () => {
    study = await testStudy()
    const random = createRandom(11)
    cells = []
    for (const key of ['small', 'large']) {
      const place = { seedSetKey: 'general', seedSetLabel: 'General', round: 1 }
      const arm = { armKey: key, armLabel: key, armClass: key as 'small' | 'large' }
      const { cellId } = await importRows(study, `${key}.json`, alpacaRows(ROWS, key), {
        ...place,
        ...arm,
      })
      cells.push(cellId)
    }
    const add = (metric: string, output: string, value: () => TestValue) =>
      addTestRun(
        study.db,
        { studyId: study.studyId, metric, output, hash: `of ${metric}` },
        Object.fromEntries(cells.map((id) => [id, Array.from({ length: ROWS }, value)])),
      )
    const maybe = (value: number): TestValue => (random.next() < 0.05 ? 'unparsed' : value)
    // Halves and whole numbers, so that many lie on edges; distances above 1 lie off the axis of their figure.
    add('difficulty_score', 'score', () => maybe(Math.floor(200 * random.next()) / 2))
    add('mnd', 'mnd', () => maybe(Math.floor(22 * random.next()) / 20))
    add('difficulty_level', 'level', () => maybe(1 + Math.floor(5 * random.next())))
  })
  afterEach(() => study.close())

  it('sum over every range of bins to what the filter with this range keeps', async () => {
    const base = { ranges: [{ column: 'difficulty_level.level', min: 1, max: 4, missing: true }] }
    const own = { column: SCORE, min: 10, max: 20, missing: false }
    const reply = await tilesOf(
      'distribution',
      { column: SCORE, bins: 'n20' },
      [MND, LEVELS, SCATTER],
      {
        ranges: [...base.ranges, own],
      },
    )
    expect(reply.column).toBe(SCORE)
    expect(reply.tiles.map(({ figureId }) => figureId)).toEqual([
      'mnd-density',
      'difficulty-levels',
      'scatter',
    ])
    expect(reply.places.some((place) => place % 2 === 0)).toBe(true)
    const random = createRandom(5)
    for (let trial = 0; trial < 12; trial += 1) {
      const first = Math.floor(20 * random.next())
      const last = first + 1 + Math.floor((20 - first) * random.next())
      const range = {
        column: SCORE,
        min: reply.edges[first],
        max: reply.edges[last],
        missing: false,
      }
      const filter = { ranges: [...base.ranges, range] }
      const { from, to } = boundsOf(reply.places, first, last)
      const countsOf = async (at: number) => {
        const tile = reply.tiles[at] as (typeof reply.tiles)[number]
        const size = tile.groups.length * tile.perGroup
        const sums = runningSums(await unpackCounts(tile.packed, size), size)
        const counts = sums[to]?.map((sum, k) => sum - (sums[from]?.[k] ?? 0)) ?? []
        return (row: string, column: string, arm: string) => {
          const group = tile.groups.indexOf(groupKey(row, column, arm))
          return Array.from(counts.slice(group * tile.perGroup, (group + 1) * tile.perGroup))
        }
      }
      const mnd = await countsOf(0)
      const density = await figure<DensityPrepared>(MND, filter)
      for (const { row, column, curves } of density.cells)
        for (const { arm, below, counts, above } of curves)
          expect(mnd(row, column, arm)).toEqual([below, ...counts, above])
      const levels = await countsOf(1)
      const drawn = await figure<DifficultyLevelsPrepared>(LEVELS, filter)
      for (const { row, column, bars } of drawn.panels)
        for (const { arm, mix } of bars)
          expect(levels(row, column, arm)).toEqual([
            ...[...mix.levels, mix.none].map(({ count }) => count),
            mix.asked,
          ])
      // The axes of hexagons are those of all rows, so only their sums are those of the filtered figure.
      const hexagons = await countsOf(2)
      const points = await figure<PointsPrepared>(SCATTER, filter)
      for (const { row, column, n } of points.panels)
        expect(hexagons(row, column, '').reduce((sum, count) => sum + count, 0)).toBe(n)
      const kept = drawn.counts.reduce((sum, { n }) => sum + n, 0)
      expect(reply.rows.slice(from, to).reduce((sum, n) => sum + n, 0)).toBe(kept)
    }
  })

  it('of levels that are brushed, and of means, equal the filter with these levels', async () => {
    const means = { figureId: 'scores-over-rounds', options: { measure: 'score' } }
    const shares = {
      figureId: 'category-shares',
      options: { column: 'difficulty_level.level', most: 3 },
    }
    const reply = await tilesOf('difficulty-levels', {}, [means, shares])
    expect(reply.edges).toEqual([1, 2, 3, 4, 5])
    for (const [first, last] of [
      [1, 2],
      [3, 3],
    ] as const) {
      const column = 'difficulty_level.level'
      const filter = { ranges: [{ column, min: first + 1, max: last + 1, missing: false }] }
      const { from, to } = boundsOf(reply.places, first, last)
      const countsOf = async (at: number, group: string) => {
        const { groups, perGroup, packed, hasSums } = reply.tiles[
          at
        ] as (typeof reply.tiles)[number]
        const size = groups.length * perGroup
        const sums = runningSums(await unpackCounts(packed, size, hasSums), size)
        const start = groups.indexOf(group) * perGroup
        return Array.from(
          { length: perGroup },
          (_, k) => (sums[to]?.[start + k] ?? 0) - (sums[from]?.[start + k] ?? 0),
        )
      }
      const lines = await figure<LinesPrepared>(means, filter)
      for (const { n, value, ...point } of lines.points) {
        const [count, sum = 0] = await countsOf(0, pointKey(point))
        expect(count).toBe(n)
        expect(sum / n).toBeCloseTo(value as number, 9)
      }
      // The words that are shown are chosen over all rows, so those of the filter have bars of their own.
      const drawn = await figure<DifficultyLevelsPrepared>(LEVELS, filter)
      for (const { row, column: set, bars } of drawn.panels)
        for (const { arm, mix } of bars)
          expect((await countsOf(1, groupKey(row, set, arm))).at(-1)).toBe(mix.asked)
    }
  })

  it('leave out figures whose rows have no single place, and refuse an axis of no rows', async () => {
    const medians = { figureId: 'scores-over-rounds', options: { statistic: 'median' } }
    const results = { figureId: 'results-over-rounds', options: {} }
    const reply = await tilesOf('mnd-density', {}, [medians, results, LEVELS])
    expect(reply.tiles.map(({ figureId }) => figureId)).toEqual(['difficulty-levels'])
    expect(reply.later).toEqual(['scores-over-rounds'])
    expect(reply.total).toBe(2 * ROWS)
    await expect(tilesOf('scores-over-rounds', {}, [])).rejects.toThrow(/no range can be marked/)
  })
})

it('tells values on an edge from those beside it', () => {
  const edges = [0, 0.5, 1]
  expect([-0.1, 0, 0.2, 0.5, 0.7, 1, 1.1, Number.NaN].map((x) => placeOnEdges(x, edges))).toEqual([
    -1, 0, 1, 2, 3, 4, -1, -1,
  ])
})

it('packs counts of any size', async () => {
  const lists = [Uint32Array.of(0, 1, 127), Uint32Array.of(128, 16_384, 4_294_967_295)]
  expect(await unpackCounts(await packCounts(lists), 3)).toEqual(lists)
})
