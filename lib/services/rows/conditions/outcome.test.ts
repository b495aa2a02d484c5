import { afterEach, beforeEach, expect, it } from 'vitest'
import { exportRequestSchema } from '@/lib/contracts/export'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { unknownModel, type ResultModel } from '@/lib/contracts/results'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { currentCells } from '../../cells'
import { openExport } from '../../exports'
import { filesHere } from '../../files/tasks'
import { importResults } from '../../results/import'
import { keptResults } from '../../results/kept'
import { mapModel } from '../../results/models'
import { select } from '../select'

const ROWS = 3
let study: TestStudy

beforeEach(async () => {
  study = await testStudy()
  const place = { seedSetKey: 'general', seedSetLabel: 'General' }
  await importRows(study, 's.json', alpacaRows(ROWS, 's'), { ...place, armKey: null, round: 0 })
  for (const round of [1, 2])
    await importRows(study, `r${round}.json`, alpacaRows(ROWS, `r${round}`), {
      ...place,
      armKey: 'small',
      armLabel: 'Small',
      armClass: 'small',
      round,
    })
  const pasted = [
    'model,benchmark,metric,value,unit',
    'one,GSM8K,acc,0.4,fraction',
    'two,gsm-8k,acc,55,percent',
    'three,GSM8K,acc,60,percent',
    'three,MATH,acc,12,percent',
    'four,GSM8K,acc,90,percent',
  ].join('\n')
  await importResults(study, study.studyId, { pasted }, filesHere)
})
afterEach(() => study.close())

function trained(model: string, mapping: Partial<ResultModel>): void {
  const found = keptResults(study.db, study.studyId).models.find((one) => one.model === model)
  mapModel(study.db, study.studyId, {
    source: found?.source ?? '',
    model,
    mapping: { ...unknownModel(), ...mapping },
  })
}

function kept(filter: Partial<RowFilter>): string[] {
  const names = new Map(currentCells(study.db, study.studyId).map((cell, k) => [cell.no, k]))
  const { cells } = select(study.db, study.studyId, { ...emptyFilter(), ...filter })
  return cells.flatMap(({ cell, rows }) => [...rows].map((row) => `${names.get(cell.no)}.${row}`))
}
const of = (min: number | null, max: number | null, more: object = {}) => ({
  is: 'outcome' as const,
  benchmark: 'GSM8K',
  metric: 'acc',
  min,
  max,
  every: false,
  ...more,
})
const cell = (k: number) => Array.from({ length: ROWS }, (_, row) => `${k}.${row}`)

it('keeps rows by the results of the models that were trained on them, and follows what is said of these', () => {
  trained('one', { armKey: 'seeds' })
  trained('two', { armKey: 'small', round: 1 })
  trained('three', { armKey: 'small', round: 1, student: 'b' })
  // Of the fourth nobody said what it was trained on.
  expect(kept({ where: of(50, null) })).toEqual(cell(1))
  expect(kept({ where: of(null, 40) })).toEqual(cell(0))
  expect(kept({ where: of(null, null) })).toEqual([...cell(0), ...cell(1)])
  expect(kept({ where: of(58, null) })).toEqual(cell(1))
  expect(kept({ where: of(58, null, { every: true }) })).toEqual([])
  expect(kept({ where: of(50, null, { every: true }) })).toEqual(cell(1))
  expect(kept({ where: of(10, null, { benchmark: 'MATH' }) })).toEqual(cell(1))
  trained('four', { armKey: 'small', round: 2 })
  expect(kept({ where: of(70, null) })).toEqual(cell(2))
  // Without a round nothing is known of rows.
  trained('four', { armKey: 'small' })
  expect(kept({ where: of(70, null) })).toEqual([])
  expect(() => kept({ where: of(1, null, { benchmark: 'none' }) })).toThrow(/no results of "none"/)
})

it('asks which rows an export held, and refuses one that the same condition chose', async () => {
  const exported = async (filter: Partial<RowFilter>) => {
    const state = { filter: { ...emptyFilter(), ...filter }, sort: {}, columns: [] }
    const request = { studyId: study.studyId, state, format: 'json', name: 'e' }
    const { exportId, body } = await openExport(study.db, exportRequestSchema.parse(request))
    await new Response(body).arrayBuffer()
    return exportId
  }
  const rounds = await exported({ rounds: [2], text: 'r2 1' })
  const expected = kept({ rounds: [2], text: 'r2 1' })
  expect(expected).toHaveLength(1)
  trained('four', { subsetId: rounds })
  expect(kept({ where: of(70, null) })).toEqual(expected)
  const own = await exported({ where: of(70, null) })
  trained('three', { subsetId: own })
  expect(() => kept({ where: of(70, null) })).toThrow(/the same condition chose/)
})
