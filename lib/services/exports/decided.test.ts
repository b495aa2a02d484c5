import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { exportRequestSchema } from '@/lib/contracts/export'
import { emptyFilter, rowFilterSchema, type RowFilter } from '@/lib/contracts/filter'
import { columnMetric } from '@/lib/metrics'
import { decideOn } from '@/lib/testing/decisions'
import { alpacaRows, importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { realignStudy } from '../alignments'
import { currentCells } from '../cells'
import { studyOperators } from '../rows/operators'
import { exportRecipe, openExport } from '../exports'

let study: TestStudy
studyEach((fresh) => (study = fresh))

async function written(options: { decisions?: boolean }, filter: RowFilter = emptyFilter()) {
  const request = exportRequestSchema.parse({
    studyId: study.studyId,
    state: { filter, sort: { column: 'position' }, columns: [] },
    format: 'json',
    name: 'set',
    ...options,
  })
  const { body, exportId } = await openExport(study.db, request)
  const rows = (await new Response(body).json()) as object[]
  const recipe = parse(exportRecipe(study.db, study.studyId, exportId).text) as {
    steps: { condition: object; rows_out: number }[]
  }
  return { rows, recipe, exportId }
}

it('writes what was decided on the rows where that is asked for, and says so in the recipe', async () => {
  const { cellId } = await importRows(study, 'alpaca.json', alpacaRows(3, 'seed'))
  decideOn(study, [{ cellId, idx: 0 }], { kind: 'tag', value: 'math, easy' })
  decideOn(study, [{ cellId, idx: 0 }], { kind: 'drop' })
  decideOn(study, [{ cellId, idx: 1 }], { kind: 'star' })
  const { rows, recipe } = await written({ decisions: true })
  expect(rows).toMatchObject([
    { starred: false, decision: 'exclude', own_tags: ['math, easy'], note: null },
    { starred: true, decision: null, own_tags: [] },
    { starred: false, decision: null },
  ])
  expect(recipe).toMatchObject({ options: { decisions: true } })
  const plain = await written({})
  expect(Object.keys(plain.rows[0] ?? {})).not.toContain('decision')
})

it('names every part of the filter in a step of the recipe, so that its rows can be found again', async () => {
  await importRows(study, 'alpaca.json', alpacaRows(4, 'seed'))
  const rows = alpacaRows(4, 'evolved').map((row) => ({ ...row, source: 'web' }))
  const columns = [{ column: 'source', kind: 'category' as const }]
  const { cellId } = await importRows(study, 'r1.json', rows, {
    round: 1,
    armKey: 'small',
    armLabel: 'small',
    operators: 'rotation4',
    columns,
  })
  realignStudy(study.db, study.studyId)
  decideOn(study, [{ cellId, idx: 0 }], { kind: 'tag', value: 'math' })
  decideOn(study, [{ cellId, idx: 0 }], { kind: 'note', value: 'why' })
  const { exportId } = await written({})
  const column = 'instruction_characters.instruction'
  const source = `${columnMetric('source', 'category').metric.id}.value`
  const every: Required<RowFilter> = {
    seedSets: currentCells(study.db, study.studyId).map(({ seedSetKey }) => seedSetKey),
    arms: ['small'],
    rounds: [1],
    operators: await studyOperators(study.db, study.studyId),
    ranges: [{ column, min: 0, max: null, missing: false }],
    values: [{ column: source, match: 'any', values: ['web'], missing: false }],
    partners: [{ of: { arm: 'small' }, column, min: null, max: null }],
    exports: [{ id: exportId, inside: true }],
    text: 'evolved',
    find: { is: 'words', query: 'evolved' },
    marks: ['tag'],
    tags: ['math'],
    hideDropped: true,
    where: { is: 'note', text: '' },
    sample: { rows: 1, seed: 1 },
  }
  const { recipe } = await written({}, every)

  const named = recipe.steps.flatMap(({ condition }) => Object.keys(condition))
  expect(named.toSorted()).toEqual(Object.keys(rowFilterSchema.shape).toSorted())
})
