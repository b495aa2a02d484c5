import { describe, expect, it } from 'vitest'
import type { MetricInfo } from '@/lib/contracts/compute'
import type { CellInfo } from '@/lib/contracts/study'
import { isComplete, studyCoverage } from './coverage'

const metric = (id: string) => ({ id, label: id }) as MetricInfo

function cell(armKey: string | null, done: Record<string, number>): CellInfo {
  const metrics = Object.entries(done).map(([name, rows]) => ({
    metric: name,
    runId: 'r',
    total: 10,
    done: rows,
    valued: rows,
  }))
  return { id: `${armKey}`, armKey, rowCount: 10, metrics } as unknown as CellInfo
}

describe('studyCoverage', () => {
  const measured = [metric('a'), metric('b')]
  it('counts a metric as missing until every row is done', () => {
    const cells = [cell(null, { a: 10 }), cell('x', { a: 9, b: 10 })]
    const coverage = studyCoverage(cells, measured)
    expect(coverage.of(cells[1] as CellInfo).map(isComplete)).toEqual([false, true])
    expect(coverage.missingIn(cells)).toEqual(['a'])
  })
  it('counts values of an older alignment as missing', () => {
    const one = cell('x', { a: 10, b: 10 })
    const cells = [
      {
        ...one,
        metrics: one.metrics.map((m) => Object.assign(m, { isOutdated: m.metric === 'b' })),
      },
    ]
    expect(studyCoverage(cells, measured).missingIn(cells)).toEqual(['b'])
  })
  it('does not ask seeds for what only evolved rows can have', () => {
    const cells = [cell(null, { a: 10 }), cell('x', { a: 10, b: 10 }), cell('y', { a: 10, b: 10 })]
    expect(studyCoverage(cells, measured).missingIn(cells)).toEqual([])
    const partly = [cell(null, { a: 10 }), cell('x', { a: 10, b: 10 }), cell('y', { a: 10 })]
    expect(studyCoverage(partly, measured).missingIn([partly[0] as CellInfo])).toEqual(['b'])
  })
})
