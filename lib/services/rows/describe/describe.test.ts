import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyFilter, rowFilterSchema, type RowFilter } from '@/lib/contracts/filter'
import { statusCode } from '@/lib/contracts/status'
import { cliffsDelta } from '@/lib/stats/unpaired'
import { columnMetric } from '@/lib/metrics'
import { columnOf, storeRun } from '@/lib/testing/columns'
import { importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { currentCells } from '../../cells'
import { describeSelection } from '.'

const N = 40
const VALUES = Float64Array.from({ length: N }, (_, row) => ((row * 7) % 11) / 11)
let study: TestStudy

/** Rows 0 to 9 of each file talk of ships, the others of gardens. */
const texts = (armKey: string) =>
  Array.from({ length: N }, (_, k) => ({
    instruction: `Write about the ${k < 10 ? 'harbour ship' : 'quiet garden'} number ${k} of ${armKey}`,
    output: 'Yes.',
  }))

beforeAll(async () => {
  study = await testStudy()
  for (const [round, armKey] of [
    [1, 'small'],
    [1, 'large'],
  ] as const) {
    const place = { round, armKey, armLabel: armKey, seedSetKey: 'one', seedSetLabel: 'One' }
    await importRows(study, `${armKey}.json`, texts(armKey), place)
  }
  const cells = currentCells(study.db, study.studyId)
  const outputs = () => {
    const mnd = columnOf(VALUES.slice())
    mnd.status[3] = statusCode('error')
    return { mnd }
  }
  storeRun(study.db, study.studyId, {
    metric: 'mnd',
    cells: cells.map(({ no }) => ({ cellNo: no, outputs: outputs() })),
  })
})
afterAll(() => study.close())

const of = (filter: Partial<RowFilter>, columns: string[] | null = null) =>
  describeSelection(study.db, study.studyId, { filter: rowFilterSchema.parse(filter), columns })

describe('how selected rows differ from the rest', () => {
  it("is Cliff's delta with n, medians and missing values for a column of numbers", async () => {
    const found = await of({ text: 'ship' }, ['mnd.mnd'])
    expect([found.selected, found.rest]).toEqual([20, 60])
    const one = found.differences.find(({ column }) => column === 'mnd.mnd')
    const inside = Array.from(VALUES.subarray(0, 10)).filter((_, row) => row !== 3)
    const outside = Array.from(VALUES.subarray(10))
    const twice = (values: number[]) => [...values, ...values]
    const expected = cliffsDelta(twice(inside), twice(outside))
    expect(one?.effect).toBeCloseTo(expected.ok ? expected.delta : Number.NaN, 12)
    const middle = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]
    expect(one?.selected).toEqual({ n: 18, missing: 2, median: middle(inside) })
    expect(one?.rest).toMatchObject({ n: 60, missing: 0 })
  })

  it('is the share of yes for a column of no and yes', async () => {
    const fresh = await testStudy()
    const rows = Array.from({ length: 6 }, (_, k) => ({
      instruction: `${k < 3 ? 'ship' : 'garden'} ${k}`,
      output: 'Yes.',
    }))
    await importRows(fresh, 'a.json', rows)
    const [cell] = currentCells(fresh.db, fresh.studyId)
    storeRun(fresh.db, fresh.studyId, {
      metric: 'health',
      cells: [{ cellNo: cell!.no, outputs: { flagged: Float64Array.of(2, 2, 1, 1, 1, 1) } }],
    })
    const filter = rowFilterSchema.parse({ text: 'ship' })
    const asked = { filter, columns: ['health.flagged'] }
    const { differences } = await describeSelection(fresh.db, fresh.studyId, asked)
    const one = differences.find(({ column }) => column === 'health.flagged')
    expect(one).toMatchObject({ measure: "Cramér's V", selected: { n: 3 }, rest: { n: 3 } })
    expect(one?.word).toMatchObject({ word: 'yes', selected: 2, rest: 0 })
    await fresh.close()
  })

  it('counts the words of a column of categories, missing ones apart', async () => {
    const fresh = await testStudy()
    const topics = ['sea', 'sea', 'sea', 'land', 'land', '']
    const rows = topics.map((topic, k) => ({
      instruction: `${k < 4 ? 'ship' : 'garden'} ${k}`,
      output: 'Yes.',
      ...(topic === '' ? {} : { topic }),
    }))
    await importRows(fresh, 'a.json', rows, { columns: [{ column: 'topic', kind: 'category' }] })
    const column = `${columnMetric('topic', 'category').metric.id}.value`
    const filter = rowFilterSchema.parse({ text: 'ship' })
    const found = await describeSelection(fresh.db, fresh.studyId, { filter, columns: [column] })
    const [one] = found.differences.filter((difference) => difference.column === column)
    expect(one).toMatchObject({
      measure: "Cramér's V",
      selected: { n: 4, missing: 0 },
      rest: { n: 1, missing: 1 },
      // Sea 3 and 0, land 1 and 1: chi-squared is 15 / 8 of 5 rows.
      effect: expect.closeTo(Math.sqrt(3 / 8), 12),
      word: { word: 'land', selected: 1, rest: 1 },
    })
    await fresh.close()
  })

  it('is a difference of shares for where rows come from, and sorted by size', async () => {
    const found = await of({ arms: ['small'] })
    const [first] = found.differences
    expect(first).toMatchObject({ column: 'origin.evolver', measure: "Cramér's V", effect: 1 })
    expect(first?.word).toMatchObject({ difference: expect.closeTo(1, 12) })
    const sizes = found.differences.map(({ effect }) => Math.abs(effect))
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
    expect(found.differences.some(({ column }) => column.endsWith('.instruction'))).toBe(true)
    expect(found.notes[0]).toContain(`${found.differences.length} columns`)
  })

  it('names words that are typical of each side', async () => {
    const { words } = await of({ text: 'ship' }, [])
    expect([words.selectedRows, words.restRows]).toEqual([20, 60])
    const side = (sign: number) =>
      words.words
        .filter(({ z }) => Math.sign(z) === sign && Math.abs(z) > 1)
        .map(({ word }) => word)
    expect(side(1).toSorted()).toEqual(['harbour', 'ship'])
    expect(side(-1)).toEqual(expect.arrayContaining(['garden', 'quiet']))
    expect(words.words.find(({ word }) => word === 'ship')).toMatchObject({ selected: 20, rest: 0 })
  })

  it('is refused where there is no other side, or no such column', async () => {
    const invalid = { code: 'invalid_input' }
    await expect(of({ text: 'nowhere' })).rejects.toMatchObject(invalid)
    await expect(of(emptyFilter())).rejects.toMatchObject(invalid)
    await expect(of({ text: 'ship' }, ['no.such'])).rejects.toMatchObject({ code: 'not_found' })
  })
})
