import path from 'node:path'
import { expect, it } from 'vitest'
import { readResultFile } from './read'
import { tableOfCounts } from './win-tie-lose'

const FIXTURES = path.join(process.cwd(), 'lib/formats/results/fixtures')
const read = (name: string) => readResultFile({ path: path.join(FIXTURES, name), name, unit: null })

it('counts annotations of AlpacaEval: above 1.5 wins, below loses, 0 and 1.5 are draws, unread ones are none of them', async () => {
  const { format, results } = await read('alpaca-eval-annotations.json')
  expect(format).toBe('alpaca-eval-annotations')
  expect(results.map(({ metric, value, n }) => [metric, value, n])).toEqual([
    ['win', 3, 7],
    ['tie', 2, 7],
    ['lose', 2, 7],
  ])
  expect(results[0]).toMatchObject({
    model: 'student-a',
    subBenchmark: 'against base-model',
    place: '7 annotations, 1 without one',
  })
  expect(results[0]?.items?.map(({ hits }) => hits)).toEqual([1, 0, 0, 1, 0, 0, 1])
})

it('reads a table of counts; where one is not given there is no n either, and it is not 0', async () => {
  const { results } = await read('win-tie-lose.csv')
  expect(results.map(({ value, n, missing }) => [value, n, missing])).toEqual([
    [421, 805, null],
    [57, 805, null],
    [327, 805, null],
    [445, null, null],
    [50, null, null],
    [null, null, 'not_reported'],
  ])
})

it.each([
  ['421 57 327', 'model,win,tie,lose\ncomparison 1,421,57,327\n'],
  [
    '421/57/327\n\n10, 2, 3\n',
    'model,win,tie,lose\ncomparison 1,421,57,327\ncomparison 2,10,2,3\n',
  ],
  ['IC-IFD 5 %: 421\t57\t327', 'model,win,tie,lose\nIC-IFD 5 %,421,57,327\n'],
  ['"Qwen", 1 2 3', 'model,win,tie,lose\n"""Qwen""",1,2,3\n'],
])('takes pasted counts %j as a table', (pasted, table) => {
  expect(tableOfCounts(pasted)).toBe(table)
})

it.each([
  'model,benchmark,metric,value\na,b,c,1',
  '421 57',
  '0.4 57 327',
  '421 57 327\nwords',
  '',
  '-421 57 327',
])('leaves %j as it is', (pasted) => {
  expect(tableOfCounts(pasted)).toBeNull()
})
