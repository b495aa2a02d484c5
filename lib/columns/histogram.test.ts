import { describe, expect, it } from 'vitest'
import { statusCode } from '@/lib/contracts/status'
import { columnOf } from '@/lib/testing/columns'
import { binRows, collectValues, histogramEdges } from './histogram'

/** Rows of each bin. */
function countBins(values: Float64Array, edges: readonly number[]): number[] {
  const bins = binRows(columnOf(values), edges)
  return edges.slice(1).map((_, bin) => bins.filter((one) => one === bin).length)
}

describe('histogram', () => {
  it('counts left-closed bins with a closed last bin', () => {
    expect(countBins(Float64Array.of(0, 0.5, 1, 1.5, 2), [0, 1, 2])).toEqual([2, 3])
    expect(countBins(Float64Array.of(-1, 3), [0, 1, 2])).toEqual([0, 0])
  })

  it('keeps the body readable when one value is far out, and still counts it', () => {
    const values = Float64Array.from({ length: 1000 }, (_, k) => k / 1000)
    values[7] = 1e6
    const edges = histogramEdges(values, 10)
    expect(edges).toHaveLength(11)
    expect(edges[10]).toBe(1e6)
    expect(edges[9]).toBeLessThan(1)
    const counts = countBins(values, edges)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000)
    expect(Math.min(...counts)).toBeGreaterThan(80)
  })

  it('has one bin for equal values and an empty one for none', () => {
    expect(histogramEdges(Float64Array.of(3, 3), 10)).toEqual([2.5, 3.5])
    expect(countBins(new Float64Array(), histogramEdges(new Float64Array(), 10))).toEqual([0])
  })

  it('keeps the reason of a row without a value behind the bins', () => {
    const column = columnOf(Float64Array.of(1, 2, Number.NaN))
    column.status[1] = statusCode('too_long')
    expect([...binRows(column, [0, 1, 3])]).toEqual([
      1,
      2 + statusCode('too_long'),
      2 + statusCode('ok'),
    ])
  })

  it('collects chosen rows and tells why the others are missing', () => {
    const column = columnOf(Float64Array.of(1, 2, 3, 4))
    column.status[1] = statusCode('too_long')
    column.status[2] = 0
    const { values, missing } = collectValues([{ column, rows: Int32Array.of(0, 1, 2) }])
    expect([...values]).toEqual([1])
    expect(missing).toEqual({ too_long: 1, not_run: 1 })
    expect(collectValues([{ column, rows: null }]).values).toHaveLength(2)
  })
})
