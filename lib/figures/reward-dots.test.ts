import { expect, it } from 'vitest'
import { statusCode } from '@/lib/contracts/status'
import { parseFigureOptions } from '.'
import { rewardDots, type RewardDotsPrepared } from './reward-dots'
import type { FigureData, FigureSeries } from './types'

const COLUMN = 'imported_column_reward.value'

function cell(
  armClass: 'small' | 'large' | null,
  round: number,
  values: readonly (number | null)[],
): FigureSeries {
  const status = Uint8Array.from(values, (value) => statusCode(value === null ? 'not_run' : 'ok'))
  const column = {
    values: Float64Array.from(values, (value) => value ?? Number.NaN),
    status,
    width: 1,
    definitionHash: 'd',
    runId: 'run',
    model: null,
    done: values.length,
    total: values.length,
  }
  return {
    key: `${armClass}/${round}`,
    seedSetKey: 'alpaca',
    seedSetLabel: 'Alpaca',
    armKey: armClass,
    armLabel: armClass ?? 'Seeds',
    armClass,
    colorIndex: armClass === 'large' ? 1 : 0,
    round,
    cellId: `${armClass}/${round}`,
    n: values.length,
    cellRows: values.length,
    columns: { [COLUMN]: column },
  }
}

function draw(series: FigureSeries[], options: object = {}): RewardDotsPrepared {
  const base = { unit: 'points', levels: null, direction: 'none' as const, directionMeans: '' }
  const info = { id: COLUMN, label: 'Reward', shortLabel: 'Reward', range: null, ...base }
  const data: FigureData = { series, columns: { [COLUMN]: info } }
  const all = parseFigureOptions(rewardDots, { column: COLUMN, ...options })
  return rewardDots.prepare(data, all) as RewardDotsPrepared
}

it('draws the mean of each round and evolver, and leaves out a cell without a value', () => {
  const { marks, lines, placeNames, counts } = draw([
    cell(null, 0, [1, 2]),
    cell('small', 1, [1, 2, 3, null]),
    cell('large', 2, [null, null]),
  ])
  expect(marks.map(({ arm, place, value }) => [arm, place, value])).toEqual([
    ['seeds', '0', 1.5],
    ['small', '1', 2],
  ])
  expect(lines).toEqual({ alpaca: ['0', '1'] })
  expect(placeNames).toMatchObject({ 0: 'Seeds', 1: 'Round 1' })
  expect(marks[1]?.detail).toMatch(/^2\.00 \(.+\), n 3$/)
  expect(marks[1]?.selection).toMatchObject({ armKey: 'small', round: 1, seedSetKey: 'alpaca' })
  expect(counts.at(-1)).toMatchObject({ valued: 0, missing: { not_run: 2 } })
})

it('sets the rewards of table 14 beside own means, which are those of another model', () => {
  const series = [cell('small', 1, [1, 2, 3]), cell('large', 3, [1, 1, 2])]
  const prepared = draw(series, { paper: true })
  expect(prepared.marks.map(({ published }) => published)).toEqual([1.59, 1.56])
  expect(prepared.notes.join(' ')).toContain('InternLM-2-7B-Reward')
  const [line] = rewardDots.table(prepared).rows
  expect(line).toMatchObject({ paper: 1.59 })
  expect(line?.['verdict']).toMatch(/^not comparable: other reward model/)
  const median = draw(series, { paper: true, statistic: 'median' })
  expect(median.marks.every(({ published }) => published === null)).toBe(true)
  expect(median.notes.join(' ')).toContain('means only')
})
