import { afterEach, beforeEach, expect, it } from 'vitest'
import { filterOf } from '@/components/views/figures/selection'
import { exportRequestSchema } from '@/lib/contracts/export'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { markSelection, type OverlapPrepared } from '@/lib/figures/shared/overlap'
import { exportChoice } from '@/lib/figures/shared/options'
import { addTestRun } from '@/lib/testing/compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { openExport } from '../exports'
import { getStudyFigure, listStudyFigures } from '../figures'
import { select } from '../rows/select'

const SCORE = 'difficulty_score.score'
let study: TestStudy

beforeEach(async () => {
  study = await testStudy()
})
afterEach(() => study.close())

it('draws a saved export as a set, and each intersection opens its rows under the filter of the page', async () => {
  const place = { seedSetKey: 'general', seedSetLabel: 'General', round: 0, armKey: null }
  const { cellId } = await importRows(study, 'a.json', alpacaRows(8, 'a'), place)
  const run = { studyId: study.studyId, metric: 'difficulty_score', output: 'score', hash: 'one' }
  addTestRun(study.db, run, { [cellId]: [1, 2, 3, 4, 5, 6, 7, 'unparsed'] })
  const range = (min: number, max: number | null) => ({ column: SCORE, min, max })
  const request = exportRequestSchema.parse({
    studyId: study.studyId,
    state: { filter: rowFilterSchema.parse({ ranges: [range(3, 6)] }), sort: {}, columns: [] },
    format: 'json',
    name: 'middle',
  })
  const { exportId, body } = await openExport(study.db, request)
  await new Response(body).arrayBuffer()

  const set = exportChoice(exportId)
  const fields = listStudyFigures(study.db, study.studyId).find(({ id }) => id === 'subset-overlap')
  const [first] = fields?.options ?? []
  expect(first?.choices).toContainEqual({ value: set, label: 'Export "middle"' })

  const options = { first: SCORE, second: set, third: 'none', top: 50 }
  const draw = async (filter: object) => {
    const parsed = rowFilterSchema.parse(filter)
    const ask = { figureId: 'subset-overlap', options, filter: parsed }
    const { prepared, table } = await getStudyFigure(study.db, study.studyId, ask)
    const overlap = prepared as OverlapPrepared
    const [panel] = overlap.panels
    if (!panel) throw new Error('no panel')
    const opened = overlap.marks.map(
      (mark) =>
        select(study.db, study.studyId, filterOf(markSelection(overlap, panel, mark), parsed))
          .total,
    )
    expect(opened).toEqual(panel.counts)
    return table.rows.map(({ sets, rows }) => [sets, rows])
  }
  // Of 1 to 7 the highest half: 4 to 7; the export: 3 to 6.
  expect(await draw({})).toEqual([
    ['Difficulty score and middle', 3],
    ['Difficulty score only', 1],
    ['middle only', 1],
  ])
  // The page leaves 4 to 7: 6 and 7 are the highest half; 3 is in the export but not on the page.
  expect(await draw({ ranges: [range(4, null)] })).toEqual([
    ['middle only', 2],
    ['Difficulty score only', 1],
    ['Difficulty score and middle', 1],
  ])
  const unknown = { figureId: 'subset-overlap', options: { ...options, second: 'export:gone' } }
  await expect(
    getStudyFigure(study.db, study.studyId, { ...unknown, filter: rowFilterSchema.parse({}) }),
  ).rejects.toThrow(new RegExp(`no export "gone" .*${exportId}`))
})
