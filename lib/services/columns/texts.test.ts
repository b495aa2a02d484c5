import { beforeEach, expect, it } from 'vitest'
import { compareStateSchema } from '@/lib/contracts/compare'
import { exportRequestSchema } from '@/lib/contracts/export'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { statusCode } from '@/lib/contracts/status'
import { listMetrics } from '@/lib/metrics'
import { importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { currentCells } from '../cells'
import { appendResponses } from '../cells/staging'
import { compareSummary } from '../compare'
import { checkExport, exportRecipe, openExport } from '../exports'
import { loadFigureData } from '../figures/data'
import { columnHistogram, listRows } from '../rows'
import { getRowDetail } from '../rows/detail'
import { columnReader, listColumns } from '../columns'

const WORDS = 'instruction_words.with_input'
const BARE = 'instruction_words.instruction'
const RESPONSE = 'response_words.words'

const PLACE = { seedSetKey: 'general', round: 1, align: 'index' } as const
const A = { ...PLACE, armKey: 'a', armLabel: 'A', armClass: 'small' } as const
const B = { ...PLACE, armKey: 'b', armLabel: 'B', armClass: 'large' } as const

const row = (instruction: string, input: string, output: string) => ({ instruction, input, output })
const ROWS_A = [
  row('Add the numbers.', '2 and 40', 'It is 42.'),
  row('写一首诗', '', ''),
  row('One', '', 'a b c d'),
]
const ROWS_B = [
  row('Add.', '2 and 40', 'Well, it is 42, I think.'),
  row('写诗', '', 'ok'),
  row('One - two', '', '* *'),
]

let study: TestStudy
studyEach((one) => (study = one))
beforeEach(async () => {
  await importRows(study, 'a.json', ROWS_A, A)
  await importRows(study, 'b.json', ROWS_B, B)
})

const textSources = listMetrics().flatMap((metric) =>
  metric.kind === 'text'
    ? metric.variants.map((variant) => ({ id: `${metric.id}.${variant.key}`, metric, variant }))
    : [],
)

async function page(sort: string, filter: Partial<RowFilter> = {}, columns = [WORDS, RESPONSE]) {
  const { rows } = await listRows(study.db, study.studyId, {
    filter: { ...emptyFilter(), ...filter },
    sort: { column: sort, descending: true },
    columns,
    offset: 0,
    limit: 100,
  })
  return rows
}

it.each(textSources)('$id is there without any run, whole and row by row', async (source) => {
  const { db, studyId } = study
  const { id, metric, variant } = source
  expect(listColumns(db, studyId).find((one) => one.id === id)).toMatchObject({
    runId: null,
    fromMetric: metric.id,
    hidden: false,
  })
  const [cell] = currentCells(db, studyId)
  const reader = columnReader(db, studyId)
  const each = ROWS_A.map((_, idx) => reader.valuesIn(id, cell!)(idx))
  await reader.warm(id, cell!)
  const { values, status } = reader.read(id, cell!)
  ROWS_A.forEach(({ instruction, input, output }, idx) => {
    const missing = metric.reads.includes('response') && output === ''
    const value = missing ? null : variant.measure({ instruction, input, response: output })
    expect(each[idx]).toEqual({ value, status: missing ? 'no_response' : 'ok' })
    expect(status[idx]).toBe(statusCode(missing ? 'no_response' : 'ok'))
    expect(values[idx]).toBe(value ?? NaN)
  })
  expect(reader.read(id, cell!)).toBe(reader.read(id, cell!))
  expect(reader.valuesIn(id, cell!)(99)).toEqual({ value: null, status: 'not_run' })
})

it('sorts, filters and bins rows by their texts', async () => {
  const rows = await page(WORDS)
  expect(rows.map(({ values }) => values[WORDS]?.value)).toEqual([6, 4, 4, 2, 2, 1])
  expect(rows.filter(({ values }) => values[RESPONSE]?.status === 'no_response')).toHaveLength(1)
  const between = { column: RESPONSE, min: 3, max: 4, missing: false }
  const kept = await page('length', { ranges: [between] }, [BARE])
  expect(kept.map(({ armKey, idx, values }) => [armKey, idx, values[BARE]?.value])).toEqual([
    ['a', 0, 3],
    ['a', 2, 1],
  ])
  const { db, studyId } = study
  expect(await columnHistogram(db, studyId, RESPONSE, emptyFilter())).toMatchObject({
    n: 5,
    missing: { no_response: 1 },
  })
  const [cell] = currentCells(db, studyId)
  const detail = getRowDetail(db, studyId, cell!.id, 0)
  expect(detail.row.values[WORDS]).toEqual({ value: 6, status: 'ok' })
})

it('compares the lengths of two evolvers on the same seeds', async () => {
  const state = compareStateSchema.parse({
    a: { arm: 'a', round: 1 },
    b: { arm: 'b', round: 1 },
    columns: [WORDS, RESPONSE],
  })
  const { metrics } = await compareSummary(study.db, study.studyId, state)
  expect(metrics.map(({ conflict, paired }) => [conflict, paired?.n])).toEqual([
    [null, 3],
    [null, 2],
  ])
  expect(metrics[0]?.paired).toMatchObject({ aHigher: 2, bHigher: 1, ties: 0 })
  expect(metrics[0]?.paired?.meanDifference).toBeCloseTo((2 + 2 - 1) / 3, 9)
})

it('gives figures its values', async () => {
  const { series } = await loadFigureData(study.db, study.studyId, {
    columns: [WORDS],
    operators: false,
    lineage: false,
    filter: emptyFilter(),
  })
  expect(series.map(({ columns }) => [...(columns[WORDS]?.values ?? [])])).toEqual([
    [6, 4, 1],
    [4, 2, 2],
  ])
  expect(series[0]?.columns[WORDS]).toMatchObject({ runId: null, model: null, done: 3, total: 3 })
})

it('is exported with its value, its reason and its rule, in the order of a sort by it', async () => {
  const { db, studyId } = study
  for (const sort of [RESPONSE, 'length']) {
    const request = exportRequestSchema.parse({
      studyId,
      state: {
        filter: { ...emptyFilter(), arms: ['a'] },
        sort: { column: sort, descending: true },
        columns: [WORDS, RESPONSE],
      },
      format: 'jsonl',
      metrics: true,
      name: 'set',
    })
    expect((await checkExport(db, request)).warnings).toMatchObject([
      { rule: 'missing_values', rows: 1, examples: ['Response words: 1 of 3 (1 no response)'] },
    ])
    const { body, exportId } = await openExport(db, request)
    const lines = (await new Response(body).text()).trim().split('\n')
    const written = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(written.map((one) => [one[WORDS], one[RESPONSE]])).toEqual(
      sort === 'length'
        ? [
            [6, 3],
            [4, null],
            [1, 4],
          ]
        : [
            [1, 4],
            [6, 3],
            [4, null],
          ],
    )
    const recipe = exportRecipe(db, studyId, exportId)
    expect(JSON.stringify(recipe)).toContain('each character is a word')
  }
})

it('follows responses that are still being written', async () => {
  const { db } = study
  const [cell] = currentCells(db, study.studyId)
  db.$client
    .prepare(
      "insert into response_sets (no, id, cell_no, kind, label, created_at) values (90, 'g', ?, 'generated', 'm', 1)",
    )
    .run(cell!.no)
  const add = (idx: number, text: string) =>
    appendResponses(db, 90, [{ idx, text, status: 1, finishReason: null }])
  const long = { ranges: [{ column: RESPONSE, min: 5, max: null, missing: false }], arms: ['a'] }
  expect(await page('position', long)).toHaveLength(0)
  add(1, 'a b c d e')
  const [found] = await page('position', long)
  expect(found).toMatchObject({ idx: 1, values: { [RESPONSE]: { value: 5 } } })
  add(0, 'a b c d e f')
  expect(await page('position', long)).toHaveLength(2)
})
