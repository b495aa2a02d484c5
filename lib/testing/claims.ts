import { afterEach, beforeEach, expect } from 'vitest'
import { unknownModel, type ResultModel } from '@/lib/contracts/results'
import { checkClaims } from '@/lib/services/claims'
import { filesHere } from '@/lib/services/files/tasks'
import { saveUpload } from '@/lib/services/imports/uploads'
import { importResults } from '@/lib/services/results/import'
import { mapModel } from '@/lib/services/results/models'
import { addTestRun } from './compare'
import { alpacaRows, importRows, testStudy, type TestStudy } from './imports'

/** Seeds of the study's one seed set. */
export const SEEDS = 40
let study: TestStudy
let cells: Record<string, string>

/** Makes a study of seeds before each test of a file; `study()` is the one of the running test. */
export function claimStudies(): () => TestStudy {
  beforeEach(async () => {
    study = await testStudy()
    cells = {}
    const seeds = { armKey: null, round: 0, seedSetKey: 'general' }
    await importRows(study, 'seeds.json', alpacaRows(SEEDS, 'seed'), seeds)
  })
  afterEach(() => study.close())
  return () => study
}

/** Imports one cell for each evolver and round. */
export async function rowsFor(
  rounds: readonly number[],
  scenario: 'evol-instruct' | 'autoif' | 'auto-evol' = 'evol-instruct',
  operators: 'none' | 'rotation4' = 'none',
) {
  for (const arm of ['small', 'large'] as const) {
    for (const round of rounds) {
      const name = `${arm}.${round}`
      const { cellId } = await importRows(study, `${name}.json`, alpacaRows(SEEDS, name), {
        armKey: arm,
        armLabel: arm === 'small' ? 'Small' : 'Large',
        armClass: arm,
        scenario,
        seedSetKey: 'general',
        round,
        align: 'index',
        operators,
      })
      cells[name] = cellId
    }
  }
}

/** Values of one row each: a base that differs by row, and what the cell adds. */
export function values(add: number, n = SEEDS): number[] {
  return Array.from({ length: n }, (_, row) => 40 + ((row * 7) % 11) + add * (1 + (row % 3) / 10))
}

/** Adds a finished run of one column to the cells named. */
export function run(column: string, byCell: Record<string, readonly number[]>): void {
  const [metric = '', output = ''] = column.split('.')
  const stored = Object.fromEntries(
    Object.entries(byCell).map(([name, list]) => [cells[name] ?? '', list]),
  )
  addTestRun(study.db, { studyId: study.studyId, metric, output, hash: column }, stored)
}

/** Benchmarks of as many students and benchmarks as a sign test needs, and one more. */
export const BENCHMARKS = ['gsm8k', 'math', 'humaneval', 'mbpp', 'mmlu', 'ceval', 'arc']

/** Imports one number a benchmark for each model, all in one file, and says what each model is. */
export async function results(
  models: Record<string, { model: Partial<ResultModel>; add: number }>,
  benchmarks: readonly string[] = BENCHMARKS,
): Promise<void> {
  const lines = Object.entries(models).flatMap(([name, { add }]) =>
    benchmarks.map((benchmark, at) => `${name},${benchmark},acc,${30 + at + add},percent,500`),
  )
  const text = ['model,benchmark,metric,value,unit,n', ...lines].join('\n')
  const body = [Buffer.from(`${text}\n`)] as unknown as AsyncIterable<Uint8Array>
  const { uploadId } = await saveUpload(study.config, 'table.csv', body)
  const uploads = [{ uploadId, relativePath: 'table.csv' }]
  const done = await importResults(study, study.studyId, { uploads }, filesHere)
  expect(done.failed).toEqual([])
  for (const [model, { model: known }] of Object.entries(models)) {
    const mapping = { ...unknownModel(), student: 'S', ...known }
    mapModel(study.db, study.studyId, { source: 'table', model, mapping })
  }
}

/** Returns the card of one claim. */
export const check = async (id: string, choice = {}) =>
  (await checkClaims(study.db, study.studyId, choice, { ids: [id] }))[0]
/** Returns the verdict of one claim. */
export const verdict = async (id: string, choice = {}) => (await check(id, choice))?.verdict
/** The study's evolvers the other way round. */
export const SWAPPED = { small: 'large', large: 'small' }

/** Returns the id of the cell of an evolver and round, as `small.1`. */
export const cellOf = (name: string) => cells[name] ?? ''
