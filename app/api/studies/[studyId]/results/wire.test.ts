import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { call, endpointUrl } from '@/components/hooks/api'
import {
  compareResultsEndpoint,
  deleteResultFileEndpoint,
  everyEvalEverEndpoint,
  importResultsEndpoint,
  listResultsEndpoint,
  mapModelEndpoint,
  paperResultsEndpoint,
  restoreResultFileEndpoint,
  resultsCsvEndpoint,
} from '@/lib/api/results'
import { unknownModel } from '@/lib/contracts/results'
import { saveUpload } from '@/lib/services/imports/uploads'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { closeWire, openWire, routeFetch } from '@/lib/testing/route-fetch'

const FIXTURES = path.join(process.cwd(), 'lib/formats/results/fixtures')
const STAMP = '2024-12-15T00-00-00.500000'
let study: TestStudy
let params: { studyId: string }

beforeAll(() => {
  study = testStudy(4)
  params = { studyId: study.studyId }
  openWire({ db: study.db, config: study.config })
})
afterAll(() => {
  closeWire()
  study.close()
})

async function upload(fixture: string, relativePath: string) {
  const body = fs.createReadStream(path.join(FIXTURES, fixture))
  const { uploadId } = await saveUpload(study.config, relativePath, body)
  return { uploadId, relativePath }
}

it('imports files that another process reads, and a pasted table, and lists and writes what they hold', async () => {
  const uploads = [
    await upload('lm-eval-results.json', `m/results_${STAMP}.json`),
    await upload('lm-eval-samples-gsm8k.jsonl', `m/samples_gsm8k_${STAMP}.jsonl`),
  ]
  const pasted = 'model,benchmark,metric,value\n=1+1,mbpp,pass@1,31.2\n'
  const body = { uploads, pasted, unit: 'percent' as const }
  const done = await call(importResultsEndpoint, { params, body })
  expect(done).toMatchObject({ failed: [], notes: [] })
  const list = await call(listResultsEndpoint, { params })
  expect(list.results).toHaveLength(10)
  expect(list.results.filter(({ items }) => items === 4)).toHaveLength(2)
  expect(list.files.map(({ name }) => name)).toContain('pasted table.csv')
  const csv = await (await routeFetch(endpointUrl(resultsCsvEndpoint, { params }))).text()
  expect(csv.split('\r\n')[0]).toMatch(/^Benchmark,Part,Metric,Model,Evolver,/)
  const zip = await routeFetch(endpointUrl(everyEvalEverEndpoint, { params }))
  const bytes = Buffer.from(await zip.arrayBuffer())
  expect(bytes.includes('.json') && bytes.subarray(0, 2).toString()).toBe('PK')
  expect(csv).toMatch(/mbpp,,pass@1,'=1\+1,/)
}, 60_000)

it('says what is wrong with a file in the words of its reader', async () => {
  const half = path.join(study.config.dataDir, 'half.json')
  fs.writeFileSync(half, '{"results": {"gsm8k": {"acc,none": 0.')
  const body = fs.createReadStream(half)
  const { uploadId } = await saveUpload(study.config, 'half.json', body)
  await expect(
    call(importResultsEndpoint, { params, body: { uploads: [{ uploadId }] } }),
  ).rejects.toMatchObject({
    code: 'data_error',
    message: expect.stringMatching(/^half\.json, the file: .*half written/),
  })
  await expect(call(importResultsEndpoint, { params, body: {} })).rejects.toThrow(
    /at least one result file/,
  )
}, 60_000)

it('maps a model, removes a file and restores it', async () => {
  const mapping = { ...unknownModel(), armKey: 'small', round: 1 }
  await call(mapModelEndpoint, { params, body: { source: 'table', model: '=1+1', mapping } })
  const before = await call(listResultsEndpoint, { params })
  expect(before.results.find(({ model }) => model === '=1+1')?.mapping).toEqual(mapping)
  const file = before.files.find(({ format }) => format === 'table')
  const at = { params: { ...params, fileId: file?.id ?? '' } }
  await call(deleteResultFileEndpoint, at)
  expect((await call(listResultsEndpoint, { params })).results).toHaveLength(9)
  await call(restoreResultFileEndpoint, at)
  expect(await call(listResultsEndpoint, { params })).toEqual(before)
  await expect(call(restoreResultFileEndpoint, at)).rejects.toMatchObject({ code: 'not_found' })
})

it('compares two results, or says why not', async () => {
  const { results } = await call(listResultsEndpoint, { params })
  const [a, b] = results.filter(({ items }) => items > 0).map(({ no }) => no)
  const ask = (one = 0, other = 0) =>
    call(compareResultsEndpoint, { params, query: { a: one, b: other } })
  expect(await ask(a, a)).toMatchObject({ difference: 0, paired: { n: 4, onlyA: 0, p: null } })
  expect(await ask(a, b)).toMatchObject({
    reasons: [expect.stringMatching(/^The metric key differs: exact_match,strict-match and/)],
  })
  expect((await ask(a, -1)).reasons.length).toBeGreaterThan(3)
  await expect(ask(999)).rejects.toMatchObject({ code: 'not_found' })
})

it("gives the paper's numbers to be shown beside them", async () => {
  const printed = await call(paperResultsEndpoint, {})
  expect(printed.find(({ fileId }) => fileId === 'table-1')).toMatchObject({
    benchmark: 'IFEval',
    written: '19.59',
    place: 'Table 1: Evol-Instruct, Llama-3.1 evolvers, 6 students',
    unit: 'percent',
    mapping: { armKey: 'LLM (Llama-3.1-70B-Instruct)', round: 1, student: 'Mistral-7B-v0.3' },
  })
})
