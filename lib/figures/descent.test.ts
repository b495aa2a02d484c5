import { expect, it } from 'vitest'
import golden from '@/lib/stats/golden/fixtures/golden.json'
import { statusCode } from '@/lib/contracts/status'
import { formatP } from '@/lib/stats/no-value'
import { levelTransitions } from './level-transitions'
import { readCell } from './shared/matrix'
import { operatorEffect } from './operator-effect'
import { operatorMix } from './operator-mix'
import type { FigureData, FigureSeries, SeriesColumn } from './types'

const LEVEL = 'difficulty_level.level'

function column(values: readonly number[], hash = 'one'): SeriesColumn {
  return {
    values: Float64Array.from(values),
    status: Uint8Array.from(values, (value) => statusCode(Number.isNaN(value) ? 'unparsed' : 'ok')),
    width: 1,
    definitionHash: hash,
    runId: null,
    model: null,
    done: values.length,
    total: values.length,
  }
}

/** One evolved cell, with the values of its rows, of their parents, and their seeds. */
function cell(
  child: readonly number[],
  parent: readonly number[],
  seeds: readonly number[],
  more: Partial<FigureSeries> & { parentHash?: string; id?: string } = {},
): FigureSeries {
  const { parentHash = 'one', id = LEVEL, ...rest } = more
  return {
    key: 'cell',
    seedSetKey: 'alpaca',
    seedSetLabel: 'Alpaca',
    armKey: 'small',
    armLabel: 'Small',
    armClass: 'small',
    colorIndex: 0,
    round: 1,
    cellId: 'cell',
    n: child.length,
    cellRows: child.length,
    columns: { [id]: column(child) },
    lineage: { slots: Int32Array.from(seeds), parents: { [id]: column(parent, parentHash) } },
    ...rest,
  }
}

const info = levelTransitions.typed.example().data.columns[LEVEL]

function transitions(series: FigureSeries[], options: object = {}) {
  const { typed } = levelTransitions
  const data: FigureData = { series, columns: info ? { [LEVEL]: info } : {} }
  return typed.prepare(data, typed.options.parse(options))
}

it('counts who goes where and tests it by seed, as statsmodels does', () => {
  const { first, second, seeds, bySeed } = golden.levels
  // The order of rows is that of a file, not that of seeds.
  const order = [...first.keys()].toSorted((a, b) => ((a * 7919) % 240) - ((b * 7919) % 240))
  const mixed = (values: readonly number[]) => order.map((i) => values[i] as number)
  const { panels } = transitions([cell(mixed(second), mixed(first), mixed(seeds))])
  const count = (from: number, to: number) =>
    first.filter((level, i) => level === from && second[i] === to).length
  const texts = panels[0]?.cells.map(({ text }) => text)
  expect(texts?.slice(0, 4)).toEqual([1, 2, 3, 4].map((to) => String(count(1, to))))
  expect(panels[0]?.captions.join(' | ')).toContain(
    `Stuart-Maxwell ${bySeed.chi2.toFixed(2)}, 3 df, p ${formatP(bySeed.p)}`,
  )
  expect(panels[0]?.captions.join(' | ')).toContain(`trend z ${bySeed.z.toFixed(2)}`)
})

it('leaves out rows whose parent has no level, and says how many', () => {
  const { panels } = transitions([cell([1, 2, 3], [1, Number.NaN, 3], [0, 1, 2])])
  expect(panels[0]?.captions).toEqual([
    'n 2 pairs, 1 row without a level of the parent',
    'no trend test: no pair changes its level',
    expect.stringContaining('no Stuart-Maxwell test'),
  ])
})

it('does not take levels of another definition for those of the parents', () => {
  const { panels, notes } = transitions([cell([1, 2], [2, 3], [0, 1], { parentHash: 'two' })])
  expect(panels).toEqual([])
  expect(notes.join()).toContain('1 cell whose parents were measured by another definition')
})

it('pairs two evolvers at the same seed, whatever the order of their rows', () => {
  const large = { armKey: 'large', armLabel: 'Large', colorIndex: 1, key: 'b', cellId: 'b' }
  const { panels, rows } = transitions(
    [cell([1, 2, 3], [1, 1, 1], [0, 1, 2]), cell([3, 2, 5], [1, 1, 1], [2, 1, 7], large)],
    { pairs: 'evolver' },
  )
  expect(rows.map(({ label }) => label)).toEqual(['Round 1, Small to Large'])
  const told = panels.flatMap((panel) =>
    panel.cells.flatMap(({ text }, i) => (text === '0' ? [] : [readCell(panel, i)])),
  )
  expect(told).toEqual(['easy to easy 1 (100.0 %)', 'medium to medium 1 (100.0 %)'])
})

const SCORE = 'difficulty_score.score'

it('gives each operator its mean difference with the interval of statsmodels', () => {
  const { a, b, seeds, mean } = golden.regression
  const { typed } = operatorEffect
  const example = typed.example().data.columns[SCORE]
  const codes = Uint8Array.from([...a.map(() => 1), 0, 255])
  const series = cell([...a, 5, 7], [...b, 4, 4], [...seeds, 900, 901], {
    id: SCORE,
    operators: { codes, names: ['deepen', 'constraints'] },
  })
  const prepared = typed.prepare(
    { series: [series], columns: example ? { [SCORE]: example } : {} },
    typed.options.parse({}),
  )
  const { rows, selections } = typed.table(prepared)
  const [difference, , low, high] = mean as [number, number, number, number]
  expect(rows[0]).toMatchObject({
    operator: 'constraints',
    n: a.length,
    difference: expect.closeTo(difference, 9) as number,
    low: expect.closeTo(low, 9) as number,
    high: expect.closeTo(high, 9) as number,
  })
  expect(rows.slice(1)).toMatchObject([
    { operator: 'deepen', n: 1, difference: 1, low: null },
    { operator: 'not known', n: 1, difference: 3, low: null },
  ])
  expect(selections?.map((one) => one?.operators)).toEqual([['constraints'], ['deepen'], undefined])
})

it('takes shares of the rows whose operator is known, and counts the others', () => {
  const { typed } = operatorMix
  const { data } = typed.example()
  const series = data.series.slice(1, 2).map((one) => ({
    ...one,
    operators: {
      names: ['deepen', 'breadth'],
      codes:
        one.operators?.codes.map((_, i) => (i < 30 ? 0 : i < 40 ? 1 : 255)) ?? new Uint8Array(0),
    },
  }))
  const prepared = typed.prepare({ ...data, series }, typed.options.parse({}))
  expect(prepared.levels).toEqual(['breadth', 'deepen'])
  expect(prepared.panels[0]?.bars[0]?.mix.levels.map(({ count }) => count)).toEqual([10, 30])
  expect(prepared.panels[0]?.bars[0]?.mix.levels[1]?.percent).toBeCloseTo(75, 12)
  expect(prepared.notes.join()).toContain('200 rows without a known operator')
})

it('counts every row of an unknown seed as a seed of its own, in every round', () => {
  const { typed } = operatorEffect
  const id = 'difficulty_score.score'
  const series = [1, 2].map((round) =>
    cell([5, 7], [1, 2], [-1, 3], { id, round, key: `round ${round}`, cellId: `round ${round}` }),
  )
  const drawn = typed.prepare({ series, columns: {} }, typed.options.parse({ column: id }))
  expect(drawn.table.rows).toMatchObject([{ n: 4, seeds: 3, difference: 4.5 }])
})

it('says shares or counts first, and keeps the tests with the numbers in the table', () => {
  const series = [cell([2, 2, 3, 4], [1, 1, 1, 2], [0, 1, 2, 3])]
  const [counts, shares] = (['count', 'share'] as const).map((cells) =>
    transitions(series, { cells }),
  )
  // From "very easy" two of three go to "easy".
  expect(counts?.panels[0]?.cells[1]).toMatchObject({ text: '2', sub: '66.7 %' })
  expect(shares?.panels[0]?.cells[1]).toMatchObject({ text: '66.7 %', sub: '2' })
  expect(shares?.panels[0]?.cells[1]?.tone).toBe(counts?.panels[0]?.cells[1]?.tone)
  expect(counts?.table.rows[0]?.['tests']).toMatch(/^mean shift .*; .*Stuart-Maxwell/)
})
