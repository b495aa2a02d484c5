import { describe, expect, it } from 'vitest'
import type { OptionField } from '@/lib/figures/types'
import { logTicks, niceEnd, niceTicks, ticksBetween } from './axes'
import { binAt } from './density/cursor'
import { endsAfterKey, endsAt } from './range-mark'
import { linePath, stepPath } from './density/curves'
import { tableToCsv } from './frame/download'
import { changedOptions } from './frame/options-form'
import { panelId } from './marks'

const same = (value: unknown) => Number(value)

describe('axes', () => {
  it('have ticks of 1, 2 or 5 times a power of ten from 0', () => {
    expect(niceTicks(100)).toEqual([0, 20, 40, 60, 80, 100])
    expect(niceTicks(0.6)).toEqual([0, 0.2, 0.4, 0.6])
    expect(niceTicks(3.1, 4)).toEqual([0, 1, 2, 3])
    expect(niceTicks(0)).toEqual([0, 1])
  })

  it('start where the data does', () => {
    expect(ticksBetween(0.6, 1)).toEqual([0.6, 0.7, 0.8, 0.9, 1])
    expect(ticksBetween(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
  })

  it('lie at round values of a logarithmic axis, few or many factors of ten', () => {
    expect(logTicks(0.5, 20)).toEqual([0.5, 1, 2, 5, 10, 20])
    expect(logTicks(0.9, 900)).toEqual([1, 3, 10, 30, 100, 300])
    expect(logTicks(0.01, 1e4)).toEqual([0.01, 1, 100, 10_000])
    expect(logTicks(1e-9, 1e9).length).toBeLessThanOrEqual(7)
    expect(logTicks(2.1, 4.4)).toEqual([2.5, 3, 3.5, 4])
  })

  it('end on a tick at or above the highest value', () => {
    expect(niceEnd(81)).toBe(100)
    expect(niceEnd(80)).toBe(80)
    expect(niceEnd(3.1, 4)).toBe(4)
  })
})

describe('paths', () => {
  it('close a histogram along the axis', () => {
    expect(stepPath([0, 1, 2], [3, 4], same, same)).toBe('M0.0 0.0V3.0H1.0V4.0H2.0V0.0Z')
  })

  it('join the points of a curve', () => {
    expect(linePath([0, 1], [2, 3], same, same)).toBe('M0.0 2.0L1.0 3.0')
  })
})

it('finds the bin under the cursor, the nearest one outside', () => {
  const edges = [0, 0.1, 0.2, 0.3]
  expect([-1, 0, 0.1, 0.15, 0.3, 9].map((value) => binAt(edges, value))).toEqual([0, 0, 1, 1, 2, 2])
})

it('makes ids that are safe inside url(#...)', () => {
  expect(panelId('f1', '2', 'my set)"')).toBe('f1-2-my_set__')
})

describe('csv', () => {
  const columns = [
    { key: 'arm', label: 'Arm', unit: '' },
    { key: 'value', label: 'Share', unit: '%' },
  ]

  it('has a header with units, empty missing values and exact numbers', () => {
    const rows = [
      { arm: 'a, "b"', value: -0.1 },
      { arm: 'c', value: null },
    ]
    expect(tableToCsv({ columns, rows })).toBe('Arm,Share (%)\r\n"a, ""b""",-0.1\r\nc,\r\n')
  })

  it('disarms labels that a spreadsheet would run', () => {
    expect(tableToCsv({ columns, rows: [{ arm: '=1+1', value: 1 }] })).toContain("'=1+1,1")
    const named = [{ key: 'arm', label: '@arm', unit: '' }]
    const rows = ['\t=1', '\r=1', '＝1'].map((arm) => ({ arm }))
    expect(tableToCsv({ columns: named, rows })).toBe(`'@arm\r\n'\t=1\r\n"'\r=1"\r\n'＝1\r\n`)
  })
})

it('keeps only options that differ from their defaults', () => {
  const field = (name: string, preset: string | boolean): OptionField => ({
    name,
    title: name,
    description: '',
    kind: typeof preset === 'boolean' ? 'switch' : 'choice',
    choices: [],
    min: null,
    max: null,
    step: null,
    default: preset,
    inline: false,
  })
  const meta = {
    id: 'x',
    title: 'X',
    description: '',
    drawing: 'curves' as const,
    question: 'source' as const,
    hasDrawnValues: false,
    options: [field('a', 'one'), field('b', true)],
  }
  expect(changedOptions(meta, { a: 'one', b: false, other: 1 })).toEqual({ b: false })
})

it('sizes a marked range with left and right, and moves it with up and down, within its axis', () => {
  expect(endsAfterKey('ArrowRight', [2, 4], 5)).toEqual([2, 5])
  expect(endsAfterKey('ArrowRight', [2, 5], 5)).toEqual([2, 5])
  // Past the end that stays, the range goes on at its other side.
  expect(endsAfterKey('ArrowLeft', [2, 2], 5)).toEqual([2, 1])
  expect(endsAfterKey('ArrowUp', [2, 4], 5)).toEqual([3, 5])
  expect(endsAfterKey('ArrowUp', [3, 5], 5)).toEqual([3, 5])
  expect(endsAfterKey('ArrowDown', [0, 2], 5)).toEqual([0, 2])
  expect(endsAfterKey('Enter', [0, 2], 5)).toBeNull()
})

it('goes on with the nearer end of a range that is there', () => {
  expect(endsAt(3, null)).toEqual([3, 3])
  expect(endsAt(3, [2, 9])).toEqual([9, 2])
  expect(endsAt(8, [2, 9])).toEqual([2, 9])
})
