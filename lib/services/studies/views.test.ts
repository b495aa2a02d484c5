import { randomUUID } from 'node:crypto'
import { eq, sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { views } from '@/db/schema'
import { emptyFilter } from '@/lib/contracts/filter'
import { missingText, stateOfAddress, viewAddress, type PageState } from '@/lib/contracts/views'
import { addTestRun } from '@/lib/testing/compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { checkViewFile } from './view-check'
import { listViews, saveView, viewFile } from './views'

const SCORE = 'difficulty_score.score'
let study: TestStudy
let cellId: string

beforeEach(async () => {
  study = await testStudy()
  const place = { seedSetKey: 'general', seedSetLabel: 'General', round: 1, armKey: 'small' }
  cellId = (await importRows(study, 'a.json', alpacaRows(3, 'a'), place)).cellId
  const run = { studyId: study.studyId, metric: 'difficulty_score', output: 'score', hash: 'one' }
  addTestRun(study.db, run, { [cellId]: [1, 2, 3] })
})
afterEach(() => study.close())

function checked(state: PageState, from = study.studyId) {
  const { db, studyId } = study
  const file = { evolens_view: 1, study: { id: from, name: 'Other' }, name: 'v', state }
  return checkViewFile(db, studyId, JSON.stringify(file))
}
const wanted = (column: string) => ({ column, min: 1, max: null, missing: false })

describe('addresses', () => {
  it.each([
    '/studies/s',
    '/studies/s/rows?filter=%7B%22text%22%3A%22a%26b%22%7D&sort=-mnd.mnd',
    '/studies/s/compare?a=small.1&more=a%252Cb.2',
    '/studies/s/map?look=1%2C2',
  ])('are kept whole: %s', (address) => {
    const state = stateOfAddress(`http://127.0.0.1:3000${address}`)
    expect(state && viewAddress('s', state)).toBe(address)
  })
  it('are no view without a page of a study, and hold no open dialog', () => {
    expect(stateOfAddress('/jobs')).toBeNull()
    expect(stateOfAddress('/studies/s/other')).toBeNull()
    expect(stateOfAddress('/studies/s?do=import')).toEqual({ page: 'overview', params: {} })
  })
})

it('reads views of before as views of the page that they were saved on', () => {
  const { db, studyId } = study
  const { id } = saveView(db, studyId, 'v', { page: 'rows', params: {} })
  const filter = { ...emptyFilter(), rounds: [1] }
  const former = { filter, sort: { column: SCORE, descending: true }, columns: [SCORE, 'a.b'] }
  const read = (state: object) => {
    db.update(views)
      .set({ state: sql`${JSON.stringify(state)}` })
      .where(eq(views.id, id))
      .run()
    return listViews(db, studyId)[0]?.state
  }
  const params = { filter: JSON.stringify(filter), sort: `-${SCORE}`, cols: `${SCORE},a.b` }
  const table = { fields: ['input'], order: [], pins: [SCORE] }
  expect(read({ ...former, table })).toEqual({
    page: 'rows',
    params: { ...params, fields: 'input', pins: SCORE },
  })
  const figures = { show: '*ifd-density', options: { a: { b: 1 } } }
  expect(read({ ...former, figures })).toEqual({
    page: 'figures',
    params: { ...params, show: '*ifd-density', figures: '{"a":{"b":1}}' },
  })
})

it('gives a file that the same study opens whole', () => {
  const { db, studyId } = study
  const filter = { rounds: [1], arms: ['small'], ranges: [wanted(SCORE)] }
  const state: PageState = {
    page: 'rows',
    params: {
      sort: `-${SCORE}`,
      cols: `${SCORE},instruction_words.instruction`,
      row: `${cellId}.2`,
    },
  }
  const { id } = saveView(db, studyId, 'hard', {
    ...state,
    params: { ...state.params, filter: JSON.stringify({ ...emptyFilter(), ...filter }) },
  })
  const file = viewFile(db, studyId, id)
  const found = checkViewFile(db, studyId, JSON.stringify(file))
  expect(found).toEqual({ name: 'hard', state: file.state, from: null, missing: [] })
})

it('says what a study lacks and keeps the rest', () => {
  const where = {
    all: [
      { is: 'range', ...wanted('gone.value') },
      { not: { is: 'origin', seedSets: ['general'], arms: ['small'], rounds: [] } },
      { is: 'export', id: 'e', inside: true },
    ],
  }
  const filter = {
    rounds: [1, 7],
    arms: ['large', 'seeds'],
    ranges: [wanted(SCORE), wanted(`${SCORE}@${randomUUID()}`)],
    where,
  }
  const params = {
    filter: JSON.stringify(filter),
    sort: '-gone.value',
    cols: `${SCORE},gone.value`,
    row: 'gone.3',
    fields: 'input',
  }
  const found = checked({ page: 'rows', params }, randomUUID())
  expect(found.from).toBe('Other')
  expect(JSON.parse(found.state.params['filter'] ?? '')).toEqual({
    ...emptyFilter(),
    rounds: [1],
    arms: ['seeds'],
    ranges: [wanted(SCORE)],
    where: { all: [{ off: where.all[0] }, where.all[1], { off: where.all[2] }] },
  })
  expect({ ...found.state.params, filter: '' }).toEqual({
    filter: '',
    cols: SCORE,
    fields: 'input',
  })
  expect(missingText(found.missing)).toMatch(
    /^no evolver "large"; no round "7"; no run "[0-9a-f-]+"; no column "gone.value"; no export "e"; no file "gone"$/,
  )
})

it.each<[PageState, Record<string, string>, string]>([
  [
    {
      page: 'compare',
      params: { a: 'small.1', b: 'large.1', metrics: `a.b,${SCORE}`, unit: 'seed' },
    },
    { a: 'small.1', metrics: SCORE, unit: 'seed' },
    'no evolver "large"; no column "a.b"',
  ],
  [
    { page: 'claims', params: { small: 'tiny', margin: '2' } },
    { margin: '2' },
    'no evolver "tiny"',
  ],
  [
    { page: 'lineage', params: { order: '-a.b~1~small', metric: SCORE } },
    { metric: SCORE },
    'no column "a.b"',
  ],
  [
    {
      page: 'figures',
      params: { figures: JSON.stringify({ nothing: {}, 'ifd-density': { view: 'cumulative' } }) },
    },
    { figures: '{"ifd-density":{"view":"cumulative"}}' },
    'no figure "nothing"',
  ],
  [
    {
      page: 'subsets',
      params: {
        name: 'n',
        rules: JSON.stringify([{ rule: 'range', column: 'a.b', min: 1, max: 2, missing: false }]),
      },
    },
    {
      name: 'n',
      rules: JSON.stringify([
        { rule: 'range', column: 'a.b', min: 1, max: 2, missing: false, off: true },
      ]),
    },
    'no column "a.b"',
  ],
  [{ page: 'map', params: { map: 'm', by: 'arm' } }, { by: 'arm' }, 'no map "m"'],
  [{ page: 'agreement', params: { runs: 'r' } }, {}, 'no run "r"'],
  [
    { page: 'results', params: { benchmark: 'b', paper: 'true' } },
    { benchmark: 'b', paper: 'true' },
    '',
  ],
  [
    { page: 'export', params: { format: 'csv', filter: '{' } },
    { format: 'csv' },
    'no part that can be read "filter"',
  ],
])('checks the address of a page: %j', (state, params, missing) => {
  const found = checked(state)
  expect(found.state).toEqual({ page: state.page, params })
  expect(missingText(found.missing)).toBe(missing)
})

it('refuses a file that is no view, and says where', () => {
  const open = (text: string) => () => checkViewFile(study.db, study.studyId, text)
  expect(open('{')).toThrow(/view file/)
  expect(open('{"evolens_view":1}')).toThrow(/The view file is not valid at study/)
  expect(() => checked({ page: 'jobs' as never, params: {} })).toThrow(/state\.page/)
})
