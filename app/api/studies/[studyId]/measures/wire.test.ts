import { afterAll, beforeAll, expect, it } from 'vitest'
import { call, endpointUrl } from '@/components/hooks/api'
import { computeEndpoint } from '@/lib/api/compute'
import { figureEndpoint } from '@/lib/api/figures'
import { listMeasuresEndpoint, measuresCsvEndpoint } from '@/lib/api/measures'
import { listMetricsEndpoint } from '@/lib/api/metrics'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { closeWire, openWire, routeFetch } from '@/lib/testing/route-fetch'
import { runJobs } from '@/lib/testing/run-jobs'

let study: TestStudy
let params: { studyId: string }

beforeAll(async () => {
  study = testStudy(30)
  params = { studyId: study.studyId }
  study.db.$client.prepare("update seed_sets set label = '=1+1'").run()
  openWire({ db: study.db, config: study.config })
  const metrics = [{ metric: 'compression_ratio', params: { n: 10, draws: 4 } }]
  await call(computeEndpoint, { params, body: { metrics } })
  await runJobs(study)
})
afterAll(() => {
  closeWire()
  study.close()
})

it('carries the numbers of each cell with their run, and the same under the figure', async () => {
  const [run] = await call(listMeasuresEndpoint, { params })
  expect(run).toMatchObject({ metric: 'compression_ratio', pinned: true, isSubset: false })
  expect(run?.cells.map(({ round, record }) => [round, record?.draws, record?.size])).toEqual([
    [0, 4, 30],
    [1, 4, 30],
  ])
  const at = { params: { ...params, figureId: 'set-measures' }, query: { options: {}, filter: {} } }
  const { table } = await call(figureEndpoint, at)
  expect(table.rows.map(({ mean }) => mean)).toEqual(
    run?.cells.map(({ record }) => record?.values['ratio']?.mean),
  )
})

it('writes them as CSV, unrounded, without a formula that a spreadsheet would run', async () => {
  const [run] = await call(listMeasuresEndpoint, { params })
  const reply = await routeFetch(endpointUrl(measuresCsvEndpoint, { params }))
  expect(reply.headers.get('content-disposition')).toBe('attachment; filename="measures.csv"')
  const [header, first, ...rest] = (await reply.text()).trimEnd().split('\r\n')
  expect(header).toMatch(/^Measure,Number,Seed set,Evolver,Round,Rows of a draw,Draws,Mean,SD/)
  const mean = run?.cells[0]?.record?.values['ratio']?.mean
  expect(first).toMatch(`Compression ratio,Compression ratio,'=1+1,Seeds,0,10,4,${mean},`)
  expect(first).toMatch(new RegExp(`${run?.definitionHash},${run?.runId}$`))
  expect(rest).toHaveLength(1)
})

it('tells the page which metrics are measures of a set, and none of them is missing anywhere', async () => {
  const metrics = await call(listMetricsEndpoint, {})
  const sets = metrics.filter(({ ofSet }) => ofSet)
  expect(sets.map(({ id }) => id)).toContain('ngram_diversity')
  // Those that come with files are not computed, so none of them can be missing either.
  expect(sets.every(({ onDemand, kind }) => kind === 'imported' || onDemand)).toBe(true)
  expect(sets.every(({ kind }) => kind !== 'derived')).toBe(true)
  expect(metrics.find(({ id }) => id === 'mnd')?.ofSet).toBe(false)
})
