import { unzipSync } from 'fflate'
import { expect, it } from 'vitest'
import { exportRequestSchema } from '@/lib/contracts/export'
import { emptyFilter } from '@/lib/contracts/filter'
import { addTestRun } from '@/lib/testing/compare'
import { canonicalRows } from '@/lib/testing/formats/collect'
import { alpacaRows, importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { checkExport, openExport } from '../exports'

let study: TestStudy
studyEach((fresh) => (study = fresh))

const SCORE = 'difficulty_score.score'
const CHOSEN = ['instruction', SCORE, 'round', 'nowhere']
const TABLE = ['instruction', 'round', SCORE, `${SCORE}_status`]

it.each([
  ['json', 'set.json', TABLE],
  ['jsonl', 'set.jsonl', TABLE],
  ['csv', 'set.csv', TABLE],
  ['parquet', 'set.parquet', TABLE],
  ['openai-chat', 'set.jsonl', ['messages', ...TABLE.slice(1)]],
  ['hugging-face', 'data/train-00000-of-00001.parquet', TABLE],
  // What a trainer reads is not chosen.
  ['llama-factory', 'set.json', ['instruction', 'input', 'output']],
])('writes only the chosen columns as %s, and says which there are', async (format, name, keys) => {
  const { cellId } = await importRows(study, 'a.json', alpacaRows(3, 'a'))
  const run = { studyId: study.studyId, metric: 'difficulty_score', output: 'score', hash: 'h' }
  addTestRun(study.db, run, { [cellId]: [1, 2, 3] })
  const request = exportRequestSchema.parse({
    studyId: study.studyId,
    state: { filter: emptyFilter(), sort: { column: 'position' }, columns: [] },
    format,
    name: 'set',
    metrics: true,
    lineage: true,
    only: CHOSEN,
  })
  const check = await checkExport(study.db, request)
  expect(check.columns).toEqual(expect.arrayContaining(['instruction', 'input', 'output', SCORE]))
  expect(check.warnings.map(({ rule }) => rule)).toContain('only_absent')
  const { body } = await openExport(study.db, request)
  const bytes = new Uint8Array(await new Response(body).arrayBuffer())
  const isZip = Buffer.from(bytes.subarray(0, 2)).toString() === 'PK'
  const file = isZip ? unzipSync(bytes)[name] : bytes
  const [row] = await canonicalRows(Buffer.from(file ?? []), name)
  expect(row?.keys).toEqual(keys)
})
