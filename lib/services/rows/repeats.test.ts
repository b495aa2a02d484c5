import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Condition } from '@/lib/contracts/condition'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { statusCode } from '@/lib/contracts/status'
import { columnOf, storeRun } from '@/lib/testing/columns'
import { importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { currentCells } from '../cells'
import { listRows, selectRows } from '.'
import { countRepeats } from './repeats'

let study: TestStudy

const TEXTS = ['one', 'two', 'one', 'three', 'two', 'one ', 'four']

beforeAll(async () => {
  study = await testStudy()
  const rows = TEXTS.map((instruction) => ({ instruction, input: '', output: 'x' }))
  await importRows(study, 'alpaca.json', rows)
})
afterAll(() => study.close())

function kept(where: Condition): number[] {
  const rows = selectRows(study.db, study.studyId, { ...emptyFilter(), where })
  return [...rows.values()].flatMap((idx) => [...idx])
}

const near = (likeness: number, keep: 'representatives' | 'members'): Condition => ({
  is: 'repeats',
  of: 'near',
  likeness,
  keep,
})

describe('copies of rows', () => {
  it('are exact where instruction and input are, and are kept once or alone', async () => {
    const exact = (keep: 'representatives' | 'members'): Condition => ({
      is: 'repeats',
      of: 'exact',
      likeness: 1,
      keep,
    })
    expect(kept(exact('representatives'))).toEqual([0, 1, 3, 5, 6])
    expect(kept(exact('members'))).toEqual([0, 1, 2, 4])
    expect(await countRepeats(study.db, study.studyId, 'exact', [1])).toEqual([
      { likeness: 1, groups: 2, members: 4, rows: 7 },
    ])
    const page = await listRows(study.db, study.studyId, {
      filter: { ...emptyFilter(), where: exact('members') },
      sort: { column: 'position', descending: false },
      columns: [],
      offset: 0,
      limit: 2,
    })
    expect(page.total).toBe(4)
  })

  it('say which run is needed where nothing tells how near rows are', () => {
    expect(() => kept(near(0.9, 'members'))).toThrow(/Minimum neighbour distance.*Compute it/)
  })

  it('are near by the links of rows to their nearest one, in groups that are joined', async () => {
    const mnd = columnOf(Float64Array.from([0.02, 0.02, 0.1, 0.5, 0, 0, 0]))
    const neighbour = columnOf(Float64Array.from([1, 0, 1, 2, 5, 4, 0]))
    mnd.status[6] = statusCode('error')
    const [cell] = currentCells(study.db, study.studyId)
    const cells = [{ cellNo: cell!.no, outputs: { mnd, neighbour } }]
    storeRun(study.db, study.studyId, { metric: 'mnd', cells })
    // cos 0.99 is a squared distance of 0.02, cos 0.95 one of 0.1.
    expect(kept(near(0.99, 'members'))).toEqual([0, 1, 4, 5])
    expect(kept(near(0.95, 'representatives'))).toEqual([0, 3, 4, 6])
    expect(kept(near(1, 'members'))).toEqual([4, 5])
    expect(await countRepeats(study.db, study.studyId, 'near', [0.7, 0.95])).toEqual([
      { likeness: 0.7, groups: 2, members: 6, rows: 7 },
      { likeness: 0.95, groups: 2, members: 5, rows: 7 },
    ])
  })

  it('across files are one group, for which the first row stands that the rest of the filter keeps', async () => {
    const more = ['three', 'five', 'one', 'five', 'six']
    const rows = more.map((instruction) => ({ instruction, input: '', output: 'y' }))
    await importRows(study, 'alpaca-iter1-small.json', rows)
    const across = (keep: 'representatives' | 'members'): Condition => ({
      is: 'repeats',
      of: 'exact',
      likeness: 1,
      keep,
      across: 'filter',
    })
    const of = (filter: Partial<RowFilter>) =>
      [...selectRows(study.db, study.studyId, { ...emptyFilter(), ...filter }).values()].map(
        (idx) => [...idx],
      )
    expect(of({ where: across('representatives') })).toEqual([
      [0, 1, 3, 5, 6],
      [1, 4],
    ])
    expect(of({ where: across('members') })).toEqual([
      [0, 1, 2, 3, 4],
      [0, 1, 2, 3],
    ])
    expect(of({ rounds: [1], where: across('representatives') })).toEqual([[0, 1, 2, 4]])
    const text: Condition = { is: 'text', text: 'one' }
    expect(of({ where: { all: [{ not: text }, across('representatives')] } })).toEqual([
      [1, 3, 6],
      [1, 4],
    ])
    expect(await countRepeats(study.db, study.studyId, 'exact', [1], undefined, 'study')).toEqual([
      { likeness: 1, groups: 4, members: 9, rows: 12 },
    ])
    expect(() => of({ where: { not: across('members') } })).toThrow('beside its other conditions')
    expect(() => of({ where: { ...near(0.9, 'members'), across: 'filter' } as Condition })).toThrow(
      'inside of each file only',
    )
  })
})
