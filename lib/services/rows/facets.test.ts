import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Condition } from '@/lib/contracts/condition'
import type { Facets } from '@/lib/contracts/facets'
import { emptyFilter, rowFilterSchema, type RowFilter } from '@/lib/contracts/filter'
import { storeDistances } from '@/lib/testing/columns'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { realignStudy } from '../alignments'
import { currentCells } from '../cells'
import { decideOn } from '@/lib/testing/decisions'
import { conditionCounts } from './condition-counts'
import { filterFacets, selectRows } from '.'

let study: TestStudy

beforeAll(async () => {
  study = await testStudy()
  await importRows(study, 'alpaca.json', alpacaRows(12, 'seed text'))
  for (const [round, armKey] of [
    [1, 'small'],
    [2, 'small'],
    [1, 'large'],
  ] as const) {
    await importRows(
      study,
      `r${round}-${armKey}.json`,
      alpacaRows(12, `evolved ${round} ${armKey}`),
      { round, armKey, armLabel: armKey, operators: 'rotation4' },
    )
  }
  realignStudy(study.db, study.studyId)
  const cells = currentCells(study.db, study.studyId)
  storeDistances(study, cells)
  for (const [kind, idx] of [
    ['star', 2],
    ['drop', 4],
    ['star', 4],
  ] as const) {
    decideOn(study, [{ cellId: cells[1]!.id, idx }], { kind })
  }
  for (const [value, cell, idx] of [
    ['math', 1, 2],
    ['math', 2, 5],
    ['easy', 1, 2],
  ] as const) {
    decideOn(study, [{ cellId: cells[cell]!.id, idx }], { kind: 'tag', value })
  }
})
afterAll(() => study.close())

const MND = 'mnd.mnd'
const LENGTH = 'instruction_characters.instruction'

function facets(patch: Partial<RowFilter>, limit = 0): Promise<Facets> {
  const filter = rowFilterSchema.parse(patch)
  const sort = { column: 'position', descending: false }
  const query = { filter, sort, columns: [], counted: [MND, LENGTH], limit }
  return filterFacets(study.db, study.studyId, query)
}

function count(patch: Partial<RowFilter>): number {
  const rows = selectRows(study.db, study.studyId, rowFilterSchema.parse(patch))
  return [...rows.values()].reduce((sum, idx) => sum + idx.length, 0)
}

const some = <T>(...values: T[]) => fc.subarray(values)
const filters: fc.Arbitrary<Partial<RowFilter>> = fc.record({
  arms: some('seeds', 'small', 'large'),
  rounds: some(0, 1, 2),
  operators: some('deepening', 'concretizing'),
  ranges: some(
    { column: MND, min: 0.3, max: null, missing: true },
    { column: LENGTH, min: null, max: 16, missing: false },
  ),
  tags: some('math', 'easy'),
  marks: some<'star' | 'drop'>('star', 'drop'),
  hideDropped: fc.boolean(),
  text: fc.constantFrom('', '1'),
  where: fc.constantFrom(
    { all: [] },
    { not: { is: 'range', column: MND, min: 0.8, max: null, missing: false } },
  ),
})

describe('what a filter leaves to choose from', () => {
  it('is what the filter would keep with one value in place of its own, for every facet', async () => {
    await fc.assert(
      fc.asyncProperty(filters, async (patch) => {
        const found = await facets(patch)
        expect(found.total).toBe(count(patch))
        expect(found.outOf).toBe(48)
        const check = (counts: Facets['arms'], as: (key: string) => Partial<RowFilter>) => {
          for (const { key, rows } of counts)
            expect([key, rows]).toEqual([key, count({ ...patch, ...as(key) })])
        }
        check(found.arms, (key) => ({ arms: [key] }))
        check(found.rounds, (key) => ({ rounds: [Number(key)] }))
        check(found.seedSets, (key) => ({ seedSets: [key] }))
        check(found.operators, (key) => ({ operators: [key] }))
        check(found.tags, (key) => ({ tags: [key] }))
        check(found.marks, (key) => ({ marks: [key as 'star'] }))
        for (const { column, n, missing, counts, edges } of found.columns) {
          const others = (patch.ranges ?? []).filter((one) => one.column !== column)
          const without = { ...patch, ranges: others }
          const sum = Object.values(missing).reduce((all, rows) => all + rows, 0)
          expect(n + sum).toBe(count(without))
          // The bins are closed on the left, a range on both sides; no value of the other bins lies on this edge.
          const last = { column, min: edges.at(-2) as number, max: null, missing: false }
          expect(counts.at(-1)).toBe(count({ ...without, ranges: [...others, last] }))
        }
      }),
      { numRuns: 25 },
    )
  })

  it('lists values that no row has left', async () => {
    const found = await facets({ rounds: [2] })
    expect(found.arms).toEqual(
      expect.arrayContaining([
        { key: 'large', rows: 0 },
        { key: 'small', rows: 12 },
      ]),
    )
    expect(found.rounds).toContainEqual({ key: '1', rows: 24 })
  })

  it('counts each of the tags, those without a row left too', async () => {
    expect((await facets({})).tags).toEqual([
      { key: 'math', rows: 2 },
      { key: 'easy', rows: 1 },
    ])
    expect((await facets({ rounds: [0] })).tags).toContainEqual({ key: 'easy', rows: 0 })
  })

  it('is counted before a sample is drawn, whose size is the total', async () => {
    const found = await facets({ sample: { rows: 5, seed: 1 } }, 3)
    expect(found.total).toBe(5)
    expect(found.rounds).toContainEqual({ key: '1', rows: 24 })
    expect(found.page?.rows).toHaveLength(3)
    expect(found.page?.total).toBe(5)
  })

  it('tells of each condition what it keeps alone, and what would be kept without it', async () => {
    const star: Condition = { is: 'marks', kinds: ['star'] }
    const range: Condition = { is: 'range', column: MND, min: 0.4, max: null, missing: false }
    const where: Condition = { all: [{ not: { any: [star, { off: range }] } }, range] }
    const filter = rowFilterSchema.parse({ rounds: [1], where, sample: { rows: 2, seed: 1 } })
    const counts = await conditionCounts(study.db, study.studyId, filter)
    expect(counts).toEqual([
      { path: [0, 0], alone: 2, without: count({ rounds: [1], where: range }) },
      { path: [0, 1], alone: null, without: null },
      {
        path: [1],
        alone: count({ where: range }),
        without: count({ rounds: [1], where: { not: star } }),
      },
    ])
    expect(counts[0]?.without).not.toBe(count({ rounds: [1], where }))
  })

  it('names a column that is not there', async () => {
    const sort = { column: 'position', descending: false }
    const query = { filter: emptyFilter(), sort, columns: [], counted: ['no.such'], limit: 0 }
    await expect(filterFacets(study.db, study.studyId, query)).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})
