import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Condition } from '@/lib/contracts/condition'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { statusCode } from '@/lib/contracts/status'
import { SKETCH_FLOATS, sketchOf } from '@/lib/metrics/texts/sketch'
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

  it('in wording are found by the sketches of a run, in a file and across files', async () => {
    const wordingOf = (likeness: number, isAcross: boolean): Condition => ({
      is: 'repeats',
      of: 'wording',
      likeness,
      keep: 'members',
      ...(isAcross ? { across: 'filter' as const } : {}),
    })
    const own = await testStudy()
    const words = (from: number, n = 60) =>
      Array.from({ length: n }, (_, k) => `w${from + k}`).join(' ')
    // Two words of sixty changed: 54 of 62 sequences in common. The last is of two words, as one sequence.
    const changed = words(0).replace('w20', 'other').replace('w40', 'another')
    const files = [
      [words(0), words(500), words(0).toUpperCase(), 'two words'],
      [words(900), `${words(0)}!`, changed, 'Two words.', words(300)],
    ]
    for (const [k, texts] of files.entries()) {
      const rows = texts.map((instruction) => ({ instruction, input: '', output: 'x' }))
      await importRows(own, k === 0 ? 'alpaca.json' : 'alpaca-iter1-small.json', rows)
    }
    const kept = (where: Condition) =>
      [...selectRows(own.db, own.studyId, { ...emptyFilter(), where }).values()].map((idx) => [
        ...idx,
      ])
    expect(() => kept(wordingOf(0.8, true))).toThrow('Compute it')
    const cells = currentCells(own.db, own.studyId).map(({ no }, k) => {
      const sketches = (files[k] as string[]).map((text) => [
        ...(sketchOf(text, 3) as Float32Array),
      ])
      const values = Float64Array.from(sketches.flat())
      const status = new Uint8Array(sketches.length).fill(statusCode('ok'))
      return {
        cellNo: no,
        outputs: { sketch: { values, status, width: SKETCH_FLOATS, n: sketches.length } },
      }
    })
    storeRun(own.db, own.studyId, { metric: 'wording', cells })
    expect(kept(wordingOf(0.7, true))).toEqual([
      [0, 2, 3],
      [1, 2, 3],
    ])
    expect(kept(wordingOf(0.7, false))).toEqual([
      [0, 2],
      [1, 2],
    ])
    expect(kept(wordingOf(1, true))).toEqual([
      [0, 2, 3],
      [1, 3],
    ])
    expect(
      await countRepeats(own.db, own.studyId, 'wording', [0.7, 1], undefined, 'study'),
    ).toEqual([
      { likeness: 0.7, groups: 2, members: 6, rows: 9 },
      { likeness: 1, groups: 2, members: 5, rows: 9 },
    ])
    await own.close()
  })
})
