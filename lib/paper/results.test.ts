import { describe, expect, it } from 'vitest'
import { storedResultSchema, whyNotComparable } from '@/lib/contracts/results'
import { publishedResults } from './results'

const all = publishedResults()
const ofTable = (table: number) => all.filter(({ fileId }) => fileId === `table-${table}`)

describe('published results', () => {
  it('hold every number of tables 1 to 5 and 9 to 15', () => {
    const counts = [1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15].map((table) => ofTable(table).length)
    expect(counts).toEqual([96, 96, 168, 48, 20, 48, 48, 112, 24, 21, 18, 4])
    for (const result of all) expect(storedResultSchema.safeParse(result).success).toBe(true)
    expect(new Set(all.map(({ no }) => no)).size).toBe(all.length)
  })

  it('give the sign counts of the text: the small evolver is ahead in 42 and 39 of 48, and in 45 of 56', () => {
    const ahead = (table: number) => {
      const rows = ofTable(table)
      const isSmall = ({ mapping }: (typeof rows)[number]) => mapping.armKey?.startsWith('SLM')
      return rows.filter((row) => {
        const other = rows.find(
          (one) =>
            !isSmall(one) &&
            one.model === row.model &&
            one.metric === row.metric &&
            one.benchmark === row.benchmark,
        )
        return isSmall(row) && (row.value ?? NaN) > (other?.value ?? NaN)
      }).length
    }
    expect([ahead(1), ahead(2), ahead(11)]).toEqual([42, 39, 45])
  })

  it('mark the 22 numbers that no count of the usual test set gives', () => {
    const wrong = all.filter(({ attainable }) => attainable === false)
    expect(wrong).toHaveLength(22)
    expect(all.filter(({ isShare }) => isShare)).toHaveLength(564)
    const humaneval = wrong.filter(
      ({ fileId, benchmark }) => fileId === 'table-3' && benchmark === 'HumanEval',
    )
    expect(humaneval.map(({ written }) => written)).toEqual(['65.35', '70.96'])
  })

  it('can be compared within a table, and not with another one, which may have been made otherwise', () => {
    const [first] = ofTable(1)
    const same = ofTable(1).filter(({ metric }) => metric === first?.metric)[1]
    const other = ofTable(2).find(({ metric }) => metric === first?.metric)
    if (!first || !same || !other) throw new Error('no results')
    expect(whyNotComparable(first, same)).toEqual([])
    expect(whyNotComparable(first, other)).toContain('The harness is stated by neither file.')
  })
})
