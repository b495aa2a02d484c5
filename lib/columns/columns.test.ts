import { describe, expect, it } from 'vitest'
import { statusCode } from '@/lib/contracts/status'
import { emptyColumn, fillFrom, valueAt } from './column'
import { columnOf } from '@/lib/testing/columns'
import { applyRange, countMask, fullMask, intersect, maskToIndexes } from './filter'

const OK = statusCode('ok')
const TOO_LONG = statusCode('too_long')

describe('columns', () => {
  it('gives values only under a status that carries one', () => {
    const column = columnOf(Float64Array.of(1.5, 0, 3))
    column.status[2] = TOO_LONG
    expect(valueAt(column, 0)).toEqual({ value: 1.5, status: 'ok' })
    expect(valueAt(column, 1)).toEqual({ value: 0, status: 'ok' })
    expect(valueAt(column, 2)).toEqual({ value: null, status: 'too_long' })
    expect(valueAt(emptyColumn(1), 0)).toEqual({ value: null, status: 'not_run' })
  })

  it('gives a vector with null for its missing entries', () => {
    const column = emptyColumn(2, 3, 'f32')
    column.values.set([1, Number.NaN, 3], 3)
    column.status[1] = OK
    expect(valueAt(column, 1)).toEqual({ value: [1, null, 3], status: 'ok' })
    expect(valueAt(column, 0)).toEqual({ value: null, status: 'not_run' })
  })

  it('fills rows that were not run from another run and leaves reasons alone', () => {
    const first = emptyColumn(3)
    first.status[1] = TOO_LONG
    const filled = fillFrom(first, columnOf(Float64Array.of(7, 8, 9)))
    expect([0, 1, 2].map((row) => valueAt(filled, row).value)).toEqual([7, null, 9])
    expect(valueAt(first, 0).status).toBe('not_run')
  })
})

describe('range filter', () => {
  const column = columnOf(Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5))
  column.status[4] = TOO_LONG

  it('keeps both ends and drops missing values', () => {
    const mask = fullMask(5)
    applyRange(mask, column, { min: 0.2, max: 0.4, missing: false })
    expect([...maskToIndexes(mask)]).toEqual([1, 2, 3])
    expect(countMask(mask)).toBe(3)
  })

  it('keeps missing values on request, and combines with other masks', () => {
    const mask = fullMask(5)
    applyRange(mask, column, { min: 0.3, max: null, missing: true })
    expect([...maskToIndexes(mask)]).toEqual([2, 3, 4])
    intersect(mask, Uint8Array.of(1, 1, 0, 1, 1))
    expect([...maskToIndexes(mask)]).toEqual([3, 4])
  })

  it('drops a row without a value even when no bound is set', () => {
    const mask = fullMask(5)
    applyRange(mask, column, { min: null, max: null, missing: false })
    expect(countMask(mask)).toBe(4)
  })

  it('reads the first entry of a vector', () => {
    const vector = emptyColumn(2, 2)
    vector.values.set([1, 9, 5, 0])
    vector.status.fill(OK)
    const mask = fullMask(2)
    applyRange(mask, vector, { min: 4, max: null, missing: false })
    expect([...maskToIndexes(mask)]).toEqual([1])
  })
})
