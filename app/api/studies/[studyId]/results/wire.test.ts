import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { call, endpointUrl } from '@/components/hooks/api'
import * as api from '@/lib/api/results'
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
  const done = await call(api.importResultsEndpoint, { params, body })
  expect(done).toMatchObject({ failed: [], notes: [] })
  const list = await call(api.listResultsEndpoint, { params })
  expect(list.results).toHaveLength(10)
  expect(list.results.filter(({ items }) => items === 4)).toHaveLength(2)
  expect(list.files.map(({ name }) => name)).toContain('pasted table.csv')
  const csvOf = async (paper: boolean) =>
    (await routeFetch(endpointUrl(api.resultsCsvEndpoint, { params, query: { paper } }))).text()
  const csv = await csvOf(false)
  expect(csv.split('\r\n')[0]).toMatch(/^Source,Benchmark,Part,Metric,Model,Evolver,/)
  expect(csv).toMatch(/\r\nthis study \(lm-eval\),gsm8k,/)
  expect(csv).not.toContain('arXiv')
  const all = await csvOf(true)
  expect(all.startsWith(csv.trimEnd())).toBe(true)
  expect(all).toMatch(
    /\r\n"arXiv 2412\.11231 v1, as printed; n is the usual size of the benchmark",IFEval,.*,19\.59,percent,.*Table 1/,
  )
  const zip = await routeFetch(endpointUrl(api.everyEvalEverEndpoint, { params }))
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
    call(api.importResultsEndpoint, { params, body: { uploads: [{ uploadId }] } }),
  ).rejects.toMatchObject({
    code: 'data_error',
    message: expect.stringMatching(/^half\.json, the file: .*half written/),
  })
  await expect(call(api.importResultsEndpoint, { params, body: {} })).rejects.toThrow(
    /at least one result file/,
  )
}, 60_000)

it('maps a model, removes a file and restores it', async () => {
  const mapping = { ...unknownModel(), armKey: 'small', round: 1 }
  await call(api.mapModelEndpoint, { params, body: { source: 'table', model: '=1+1', mapping } })
  const before = await call(api.listResultsEndpoint, { params })
  expect(before.results.find(({ model }) => model === '=1+1')?.mapping).toEqual(mapping)
  const file = before.files.find(({ format }) => format === 'table')
  const at = { params: { ...params, fileId: file?.id ?? '' } }
  await call(api.deleteResultFileEndpoint, at)
  expect((await call(api.listResultsEndpoint, { params })).results).toHaveLength(9)
  await call(api.restoreResultFileEndpoint, at)
  expect(await call(api.listResultsEndpoint, { params })).toEqual(before)
  await expect(call(api.restoreResultFileEndpoint, at)).rejects.toMatchObject({ code: 'not_found' })
})

it('compares two results, or says why not', async () => {
  const { results } = await call(api.listResultsEndpoint, { params })
  const [a, b] = results.filter(({ items }) => items > 0).map(({ no }) => no)
  const ask = (one = 0, other = 0) =>
    call(api.compareResultsEndpoint, { params, query: { a: one, b: other } })
  expect(await ask(a, a)).toMatchObject({ difference: 0, paired: { n: 4, onlyA: 0, p: null } })
  expect(await ask(a, b)).toMatchObject({
    reasons: [expect.stringMatching(/^The metric key differs: exact_match,strict-match and/)],
  })
  expect((await ask(a, -1)).reasons.length).toBeGreaterThan(3)
  await expect(ask(999)).rejects.toMatchObject({ code: 'not_found' })
})

it("gives the paper's numbers to be shown beside them", async () => {
  const printed = await call(api.paperResultsEndpoint, {})
  expect(printed.find(({ fileId }) => fileId === 'table-1')).toMatchObject({
    benchmark: 'IFEval',
    written: '19.59',
    place: 'Table 1: Evol-Instruct, Llama-3.1 evolvers, 6 students',
    unit: 'percent',
    mapping: { armKey: 'LLM (Llama-3.1-70B-Instruct)', round: 1, student: 'Mistral-7B-v0.3' },
  })
})
