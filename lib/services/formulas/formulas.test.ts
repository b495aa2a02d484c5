import { beforeEach, expect, it } from 'vitest'
import { runs } from '@/db/schema'
import { emptyFilter } from '@/lib/contracts/filter'
import { columnMetric } from '@/lib/metrics'
import { importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { compareStateSchema } from '@/lib/contracts/compare'
import { exportRequestSchema } from '@/lib/contracts/export'
import { currentCells } from '../cells'
import { columnReader, listColumns } from '../columns'
import { compareSummary } from '../compare'
import { openExport } from '../exports'
import { planExport } from '../exports/plan'
import { makeRecipe } from '../exports/recipe'
import { getStudyFigure, listStudyFigures } from '../figures'
import { columnHistogram, listRows } from '../rows'
import { addFormula, changeFormula, deleteFormula, listFormulas, restoreFormula } from './index'
import { previewFormula } from './preview'

let study: TestStudy
studyEach((one) => (study = one))

const PLACE = { seedSetKey: 'general', round: 1, align: 'index' } as const
const A = { ...PLACE, armKey: 'a', armLabel: 'A', armClass: 'small' } as const
const B = { ...PLACE, armKey: 'b', armLabel: 'B', armClass: 'large' } as const
const COLUMNS = {
  columns: [
    { column: 'complexity', kind: 'number' as const },
    { column: 'quality', kind: 'number' as const },
    { column: 'source', kind: 'category' as const },
    { column: 'checked', kind: 'boolean' as const },
    { column: 'topics', kind: 'tags' as const },
  ],
}
const row = (instruction: string, more: object) => ({
  instruction,
  input: '',
  output: 'x',
  ...more,
})
const ROWS_A = [
  row('one', { complexity: 2, quality: 3, source: 'web', checked: true, topics: ['math'] }),
  row('one two', { complexity: 4, quality: 0, source: 'book', checked: false, topics: [] }),
  row('one two three', { complexity: 6, source: 'web', checked: true, topics: ['law', 'math'] }),
]
const ROWS_B = [
  row('one', { complexity: 1, quality: 5, source: 'web', checked: false, topics: ['law'] }),
  row('two', { complexity: 3, quality: 1, source: 'book', checked: true, topics: ['math'] }),
]

beforeEach(async () => {
  await importRows(study, 'a.json', ROWS_A, { ...A, ...COLUMNS })
  await importRows(study, 'b.json', ROWS_B, { ...B, ...COLUMNS })
})

const add = (name: string, text: string) => addFormula(study.db, study.studyId, { name, text })

/** Values, or reasons, of a column over all rows in file order. */
function valuesOf(column: string): unknown[] {
  const { db, studyId } = study
  return currentCells(db, studyId).flatMap((cell) => {
    const at = columnReader(db, studyId).valuesIn(column, cell)
    return Array.from({ length: cell.rowCount }, (_, idx) => at(idx)).map(
      ({ value, status }) => value ?? status,
    )
  })
}

const gives = (text: string) => valuesOf(add('f', text).column)

it.each([
  ['complexity * quality', [6, 0, 'not_in_file', 5, 3]],
  ['complexity / quality', [2 / 3, 'undefined_value', 'not_in_file', 0.2, 3]],
  ['log(quality)', [Math.log(3), 'undefined_value', 'not_in_file', Math.log(5), 0]],
  ['-complexity ^ 2', [-4, -16, -36, -1, -9]],
  ['2 + 3 * complexity - 1', [7, 13, 19, 4, 10]],
  ['coalesce(quality, 0)', [3, 0, 0, 5, 1]],
  ['if(is_missing(quality), -1, quality)', [3, 0, -1, 5, 1]],
  ['if(quality > 2, 1, 0)', [1, 0, 'not_in_file', 1, 0]],
  ['words(instruction) * 10', [10, 20, 30, 10, 10]],
  ['complexity > 2 and not checked', [1, 2, 1, 1, 1]],
  ['source = "web" or quality == 1', [2, 1, 'not_in_file', 2, 2]],
  ['source != "web"', [1, 2, 1, 1, 2]],
  ['has(topics, "math")', [2, 1, 2, 1, 2]],
  ['if(complexity > 3, "hard", "easy")', [2, 1, 1, 2, 2]],
  ['rank(complexity)', [1, 2, 3, 1, 2]],
  ['rank(complexity, within: study)', [2, 4, 5, 1, 3]],
  ['rank(complexity, within: seed set)', [2, 4, 5, 1, 3]],
  ['rank(-complexity, within: evolver and source)', [2, 1, 1, 1, 1]],
  ['percentile(complexity, within: study)', [30, 70, 90, 10, 50]],
  ['mean(quality)', [1.5, 1.5, 1.5, 3, 3]],
  ['complexity - median(complexity, within: round)', [-1, 1, 3, -2, 0]],
  ['count(quality, within: checked)', [2, 2, 2, 2, 2]],
  [
    'zscore(quality, within: source)',
    [-Math.SQRT1_2, -Math.SQRT1_2, 'not_in_file', Math.SQRT1_2, Math.SQRT1_2],
  ],
  [
    'zscore(quality, within: cell and source)',
    ['n_too_small', 'n_too_small', 'not_in_file', 'n_too_small', 'n_too_small'],
  ],
  ['clip(complexity, 2, 4) + round(quality / 2)', [4, 4, 'not_in_file', 5, 4]],
])('%s has the right value or reason in every row', (text, expected) => {
  const digits = (all: readonly unknown[]) =>
    all.map((one) => (typeof one === 'number' ? one.toPrecision(12) : one))
  expect(digits(gives(text))).toEqual(digits(expected))
})

it('is listed, sorted, filtered, drawn, compared and exported like any column', async () => {
  const { db, studyId } = study
  const { column, hash } = add('DEITA', 'complexity * quality')
  expect(listColumns(db, studyId).find(({ id }) => id === column)).toMatchObject({
    label: 'DEITA',
    shape: 'scalar',
    formula: expect.stringContaining('imported_column_') as string,
    source: expect.stringContaining(hash) as string,
  })
  const ranges = [{ column, min: 3, max: 6 }]
  const filter = { ...emptyFilter(), ranges: ranges as never }
  const page = await listRows(db, studyId, {
    filter,
    sort: { column, descending: true },
    columns: [column],
    offset: 0,
    limit: 10,
  })
  expect(page.rows.map(({ values }) => values[column]?.value)).toEqual([6, 5, 3])
  const histogram = await columnHistogram(db, studyId, column, emptyFilter())
  expect(histogram).toMatchObject({ n: 4, missing: { not_in_file: 1 } })
  const figure = listStudyFigures(db, studyId).find(({ id }) => id === 'distribution')
  expect(JSON.stringify(figure?.options)).toContain(column)
  const drawn = await getStudyFigure(db, studyId, {
    figureId: 'distribution',
    filter: emptyFilter(),
    options: { column },
  })
  expect(drawn.cards).toHaveLength(2)
  expect(drawn.citation.sentence).toContain(
    `DEITA = complexity * quality (formula ${hash.slice(0, 12)})`,
  )
  const state = compareStateSchema.parse({
    a: { arm: 'a', round: 1 },
    b: { arm: 'b', round: 1 },
    columns: [column],
    unit: 'seed',
  })
  expect((await compareSummary(db, studyId, state)).metrics[0]).toMatchObject({
    column,
    unpaired: { meanA: 3, meanB: 4 },
  })
  const request = exportRequestSchema.parse({
    studyId,
    name: 'out',
    format: 'jsonl',
    metrics: true,
    state: { filter, sort: { column, descending: false }, columns: [column] },
  })
  const recipe = makeRecipe(db, await planExport(db, request))
  expect(recipe.metric_cards).toMatchObject([
    {
      column,
      formula_hash: hash,
      reads: [{ run: { definition_hash: expect.any(String) as string } }, { run: {} }],
    },
  ])
  const { body } = await openExport(db, request)
  expect(await new Response(body).text()).toContain(`"${column}":3`)
})

it('keeps its column through versions, and formulas may read formulas but not themselves', () => {
  const { db, studyId } = study
  const first = add('base', 'complexity + 1')
  const second = add('twice', 'base * 2')
  expect(valuesOf(second.column)).toEqual([6, 10, 14, 4, 8])
  const request = { name: 'base', text: 'complexity + 2' }
  const changed = changeFormula(db, studyId, first.id, request)
  expect(changed).toMatchObject({ column: first.column, version: 2 })
  expect(valuesOf(second.column)).toEqual([8, 12, 16, 6, 10])
  expect(listFormulas(db, studyId).find(({ name }) => name === 'twice')?.hash).not.toBe(second.hash)
  const circle = { name: 'base', text: 'twice - 1' }
  expect(() => changeFormula(db, studyId, changed.id, circle)).toThrow(/would read itself/)
  const flag = { name: 'base', text: 'complexity > 2' }
  expect(() => changeFormula(db, studyId, changed.id, flag)).toThrow(/twice reads this column/)
  expect(() => deleteFormula(db, studyId, changed.id)).toThrow(/twice reads base/)
  expect(valuesOf(second.column)).toEqual([8, 12, 16, 6, 10])
  expect(listFormulas(db, studyId)).toHaveLength(2)
})

it('is gone when it is deleted and the same when it is restored', () => {
  const { db, studyId } = study
  const made = add('Länge ²', 'words(instruction)')
  deleteFormula(db, studyId, made.id)
  expect(listColumns(db, studyId).some(({ id }) => id === made.column)).toBe(false)
  const other = add('Länge ²', 'words(instruction) + 1')
  expect(other.column).not.toBe(made.column)
  expect(() => restoreFormula(db, studyId, made.id)).toThrow(/There is a column "Länge ²" already/)
  deleteFormula(db, studyId, other.id)
  expect(restoreFormula(db, studyId, made.id)).toEqual(made)
  expect(valuesOf(made.column)).toEqual([1, 2, 3, 1, 1])
})

it('has no values, and stops nothing, once a column that it reads is gone', () => {
  const made = add('f', 'complexity + 1')
  study.db.update(runs).set({ deletedAt: 1 }).run()
  expect(valuesOf(made.column)).toEqual(Array(5).fill('not_run'))
})

it('shows before it is saved what it would give, and where it is wrong', async () => {
  const { db, studyId } = study
  const good = await previewFormula(db, studyId, { text: 'complexity / quality', own: null })
  expect(good).toMatchObject({
    isValid: true,
    type: 'number',
    rows: 5,
    valued: 3,
    missing: { undefined_value: 1, not_in_file: 1 },
  })
  if (!good.isValid) throw new Error(good.problem.message)
  expect(good.counts.reduce((sum, n) => sum + n, 0)).toBe(3)
  expect(good.sample.map(({ value }) => value.value ?? value.status)).toEqual([
    2 / 3,
    'undefined_value',
    'not_in_file',
    0.2,
    3,
  ])
  const [id] = good.reads as [string]
  expect(id).toBe(`${columnMetric('complexity', 'number').metric.id}.value`)
  expect(good.sample[1]?.inputs[id]?.value).toBe(4)
  expect(add('x', 'complexity / quality').hash).toBe(good.hash)
  const text = 'complexity *\n  qualty'
  expect(await previewFormula(db, studyId, { text, own: null })).toEqual({
    isValid: false,
    problem: {
      message: 'There is no column "qualty" in this study. Did you mean quality?',
      from: 15,
      to: 21,
      line: 2,
      column: 3,
    },
  })
})
