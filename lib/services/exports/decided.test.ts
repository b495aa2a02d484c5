import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { exportRequestSchema } from '@/lib/contracts/export'
import { emptyFilter } from '@/lib/contracts/filter'
import { decideOn } from '@/lib/testing/decisions'
import { alpacaRows, importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { exportRecipe, openExport } from '../exports'

let study: TestStudy
studyEach((fresh) => (study = fresh))

async function written(options: { decisions?: boolean }) {
  const request = exportRequestSchema.parse({
    studyId: study.studyId,
    state: { filter: emptyFilter(), sort: { column: 'position' }, columns: [] },
    format: 'json',
    name: 'set',
    ...options,
  })
  const { body, exportId } = await openExport(study.db, request)
  const rows = (await new Response(body).json()) as object[]
  return { rows, recipe: parse(exportRecipe(study.db, study.studyId, exportId).text) as object }
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
