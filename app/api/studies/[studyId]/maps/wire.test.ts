import fs from 'node:fs'
import { expect, it } from 'vitest'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { mapColoursSchema, type MapInfo } from '@/lib/contracts/map'
import { startRuns } from '@/lib/services/runs/compute'
import { runEvolens } from '@/lib/testing/cli'
import type { TestStudy } from '@/lib/testing/job-study'
import { routeFetch, wireEach } from '@/lib/testing/route-fetch'
import { runJobs } from '@/lib/testing/run-jobs'

const ROWS = 60
const REQUEST = { sample: 100, neighbours: 5, seed: 1 }

let study: TestStudy
wireEach(ROWS, (made) => (study = made))

/** Stores embeddings of all rows. */
async function embed(): Promise<void> {
  const request = computeRequestSchema.parse({
    metrics: [{ metric: 'mnd', params: {} }],
    backends: { mnd: 'fake' },
  })
  startRuns(study, study.studyId, request)
  await runJobs(study)
}

const post = (body: object) =>
  routeFetch('/api/studies/study/maps', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://localhost:3000' },
    body: JSON.stringify(body),
  })

it('is laid out, read whole, in part and not again, coloured, and filters rows by an area', async () => {
  expect((await post(REQUEST)).status).toBe(400)
  await embed()
  expect((await post({ sample: 5 })).status).toBe(400)
  const { map } = (await (await post(REQUEST)).json()) as { map: MapInfo }
  const base = `/api/studies/study/maps/${map.id}`
  expect((await routeFetch(`${base}/points`)).status).toBe(409)
  await runJobs(study)
  const whole = await routeFetch(`${base}/points`)
  const bytes = await whole.arrayBuffer()
  const places = new Float32Array(bytes)
  expect([places.length, places.every(Number.isFinite)]).toEqual([4 * ROWS, true])
  const etag = whole.headers.get('etag') ?? ''
  const again = await routeFetch(`${base}/points`, { headers: { 'if-none-match': etag } })
  expect(again.status).toBe(304)
  const part = await routeFetch(`${base}/points`, { headers: { range: 'bytes=8-15' } })
  expect([part.status, part.headers.get('content-range')]).toEqual([
    206,
    `bytes 8-15/${bytes.byteLength}`,
  ])
  expect(new Float32Array(await part.arrayBuffer())).toEqual(places.slice(2, 4))
  const beyond = await routeFetch(`${base}/points`, { headers: { range: 'bytes=99999-' } })
  expect(beyond.status).toBe(416)
  const [x, y] = [places[0] as number, places[1] as number]
  const polygon = [
    [x - 0.01, y - 0.01],
    [x + 0.01, y - 0.01],
    [x, y + 0.01],
  ]
  const filter = JSON.stringify({ where: { is: 'area', map: map.id, polygon } })
  const colours = await routeFetch(
    `${base}/colours?${new URLSearchParams({ by: 'round', filter })}`,
  )
  const { groups } = mapColoursSchema.parse(await colours.json())
  expect(groups.map(({ label, rows }) => [label, rows])).toEqual([
    ['Seeds', ROWS],
    ['Round 1', ROWS],
  ])
  const state = JSON.stringify({ filter: JSON.parse(filter) as unknown })
  const rows = await routeFetch(
    `/api/studies/study/rows?${new URLSearchParams({ state, offset: '0', limit: '50' })}`,
  )
  const page = (await rows.json()) as { total: number; rows: { cellId: string; idx: number }[] }
  expect(page.rows[0]).toMatchObject({ cellId: 'seeds', idx: 0 })
  expect(page.total).toBe(groups.reduce((sum, { kept }) => sum + kept, 0))
  const thin = JSON.stringify({ where: { is: 'area', map: map.id, polygon: polygon.slice(1) } })
  const refused = await routeFetch(`${base}/colours?${new URLSearchParams({ filter: thin })}`)
  expect(refused.status).toBe(400)
})

it(
  'is laid out by the command line in a worker of its own, with the same places',
  { timeout: 180_000 },
  async () => {
    await embed()
    const env = {
      EVOLENS_DATA_DIR: study.config.dataDir,
      EVOLENS_CACHE_DIR: study.config.dataDir,
      LOG_LEVEL: 'warn',
    }
    const file = `${study.config.dataDir}/places.csv`
    const flags = ['--sample', '100', '--neighbours', '5', '--csv', file]
    const done = await runEvolens(['map', '--study', 'Test', ...flags], env)
    expect([done.code, done.err]).toEqual([0, ''])
    expect(done.out).toMatch(/random sample of 100 of 120 rows/)
    const { map } = (await (await post(REQUEST)).json()) as { map: MapInfo }
    const csv = await routeFetch(`/api/studies/study/maps/${map.id}/csv`)
    expect(await csv.text()).toBe(fs.readFileSync(file, 'utf8'))
  },
)
