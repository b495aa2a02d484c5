import { afterEach, beforeEach, expect, it } from 'vitest'
import { parse } from 'yaml'
import { exportRequestSchema } from '@/lib/contracts/export'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { addTestRun } from '@/lib/testing/compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { exportRecipe, openExport } from '../exports'
import { select } from './select'

const SCORE = 'difficulty_score.score'
let study: TestStudy

beforeEach(async () => {
  study = await testStudy()
})
afterEach(() => study.close())

/** Makes an export of the rows of a filter; returns its id. */
async function exported(name: string, filter: Partial<RowFilter>): Promise<string> {
  const state = { filter: { ...emptyFilter(), ...filter }, sort: {}, columns: [] }
  const request = { studyId: study.studyId, state, format: 'json', name }
  const { exportId, body } = await openExport(study.db, exportRequestSchema.parse(request))
  await new Response(body).arrayBuffer()
  return exportId
}

const rowsOf = (filter: Partial<RowFilter>) =>
  select(study.db, study.studyId, { ...emptyFilter(), ...filter }).cells.flatMap(({ rows }) => [
    ...rows,
  ])
const above = (min: number) => [{ column: SCORE, min, max: null, missing: false }]

it('keeps the rows that a saved export holds, or the others, of exports of exports too', async () => {
  const place = { seedSetKey: 'general', seedSetLabel: 'General', round: 0, armKey: null }
  const { cellId } = await importRows(study, 'a.json', alpacaRows(6, 'a'), place)
  const run = { studyId: study.studyId, metric: 'difficulty_score', output: 'score', hash: 'one' }
  addTestRun(study.db, run, { [cellId]: [1, 2, 3, 4, 5, 'unparsed'] })
  const hard = await exported('hard', { ranges: above(2) })
  expect(rowsOf({ exports: [{ id: hard, inside: true }] })).toEqual([1, 2, 3, 4])
  expect(rowsOf({ exports: [{ id: hard, inside: false }] })).toEqual([0, 5])

  const both = { exports: [{ id: hard, inside: true }], ranges: above(4) }
  const harder = await exported('harder', both)
  expect(rowsOf({ exports: [{ id: harder, inside: true }] })).toEqual([3, 4])
  expect(parse(exportRecipe(study.db, study.studyId, harder).text)).toMatchObject({
    steps: [{ step: 'metric ranges' }, { step: 'saved exports', rows_in: 2, rows_out: 2 }],
  })
  expect(() => rowsOf({ exports: [{ id: 'gone', inside: true }] })).toThrow(/no export "gone"/)
})
