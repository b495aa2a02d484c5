import { expect, it } from 'vitest'
import { mean } from '@/lib/stats/summary'
import { lengths } from './lengths'
import { lossDecomposition } from './loss-decomposition'
import { valuesOf } from './shared/series'

it('draws each loss in a row of its own, with the scorer named', () => {
  const { typed } = lossDecomposition
  const { data } = typed.example()
  for (const series of data.series)
    for (const column of Object.values(series.columns)) column.model = 'Scorer 1'
  const prepared = typed.prepare(data, typed.options.parse({}))
  expect(prepared.rows?.map(({ label }) => label)).toEqual(['L(x)', 'L(y)', 'L(y|x)'])
  expect(prepared.notes).toContain('Scored by Scorer 1.')
  const last = data.series.at(-1)
  if (!last) throw new Error('no series')
  for (const column of ['instruction_loss', 'response_loss', 'conditional_loss']) {
    const point = prepared.points.findLast(({ row }) => row === `${column}.strict`)
    expect(point?.value).toBeCloseTo(mean(valuesOf(last, `${column}.strict`)), 12)
  }
  const { rows, columns } = typed.table(prepared)
  expect(columns[0]).toMatchObject({ key: 'row', label: 'Loss' })
  expect(new Set(rows.map(({ row }) => row)).size).toBe(3)
})

it('names the measures that have no value yet and draws the others', () => {
  const { typed } = lengths
  const { data } = typed.example()
  const series = data.series.map((one) => {
    const { 'added_words.words': _gone, ...columns } = one.columns
    return { ...one, columns }
  })
  const prepared = typed.prepare({ ...data, series }, typed.options.parse({}))
  expect(prepared.rows?.map(({ label }) => label)).toEqual(['Instruction words', 'Response words'])
  expect(prepared.notes).toContain('No values yet: Added words.')
})
