import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { call } from '@/components/hooks/api'
import { downloadUrl, exportFileUrl } from '@/components/hooks/use-export'
import { listExportsEndpoint, startExportEndpoint } from '@/lib/api/export'
import { exportRequestSchema, type ExportRequest } from '@/lib/contracts/export'
import { emptyFilter } from '@/lib/contracts/filter'
import { getJob } from '@/lib/queue/queue'
import { purgeExportFiles } from '@/lib/services/exports/file'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { closeWire, openWire, routeFetch } from '@/lib/testing/route-fetch'
import { runJobs } from '@/lib/testing/run-jobs'

let study: TestStudy
beforeEach(async () => {
  study = await testStudy()
  openWire(study)
})
afterEach(async () => {
  closeWire()
  await study.close()
})

function request(format: string): ExportRequest {
  const state = { filter: emptyFilter(), sort: { column: 'position' }, columns: [] }
  return exportRequestSchema.parse({ studyId: study.studyId, state, format, name: 'set' })
}

const params = () => ({ studyId: study.studyId })
const files = () => fs.readdirSync(path.join(study.config.dataDir, 'exports'))
const bytesOf = async (reply: Response) => Buffer.from(await reply.arrayBuffer())

async function written(one: ExportRequest): Promise<string> {
  const { jobs } = await call(startExportEndpoint, { params: params(), body: one })
  await runJobs(study)
  return jobs[0]?.id ?? ''
}

it.each(['jsonl', 'llama-factory'])(
  'writes %s to a file with the bytes of the download, and continues a broken download',
  async (format) => {
    await importRows(study, 'a.json', alpacaRows(500, 'a'))
    const id = await written(request(format))
    expect(await call(listExportsEndpoint, { params: params() })).toMatchObject([
      { id, hasFile: true, rowCount: 500 },
    ])
    const whole = await bytesOf(await routeFetch(downloadUrl(request(format))))
    const file = exportFileUrl(study.studyId, id)
    const first = await routeFetch(file)
    expect(first.headers.get('accept-ranges')).toBe('bytes')
    expect((await bytesOf(first)).equals(whole)).toBe(true)
    const etag = first.headers.get('etag') ?? ''
    const part = (range: string, ifRange = etag) =>
      routeFetch(file, { headers: { range, 'if-range': ifRange } })
    const rest = await part('bytes=1000-')
    expect([rest.status, rest.headers.get('content-range')]).toEqual([
      206,
      `bytes 1000-${whole.length - 1}/${whole.length}`,
    ])
    expect((await bytesOf(rest)).equals(whole.subarray(1000))).toBe(true)
    expect((await bytesOf(await part('bytes=-7'))).equals(whole.subarray(-7))).toBe(true)
    expect((await bytesOf(await part('bytes=2-3'))).equals(whole.subarray(2, 4))).toBe(true)
    const other = await part('bytes=1000-', '"another file"')
    expect([other.status, (await bytesOf(other)).length]).toEqual([200, whole.length])
    expect((await part(`bytes=${whole.length}-`)).status).toBe(416)
  },
)

it('leaves nothing of a cancelled or refused export, and removes files after a week', async () => {
  await importRows(study, 'a.json', alpacaRows(3_000, 'a'))
  const { jobs } = await call(startExportEndpoint, { params: params(), body: request('jsonl') })
  await runJobs(study, () => 'cancel')
  expect(getJob(study.db, jobs[0]?.id ?? '')).toMatchObject({ state: 'cancelled' })
  expect(await call(listExportsEndpoint, { params: params() })).toEqual([])
  const none = {
    ...request('jsonl'),
    state: { ...request('jsonl').state, filter: { ...emptyFilter(), text: 'zz' } },
  }
  const refused = await written(none)
  expect(getJob(study.db, refused)).toMatchObject({ state: 'failed' })
  const id = await written(request('csv'))
  expect(files()).toEqual([id])
  expect(await purgeExportFiles(study.config, Date.now() + 6 * 86_400_000)).toBe(0)
  expect(await purgeExportFiles(study.config, Date.now() + 8 * 86_400_000)).toBe(1)
  const gone = await routeFetch(exportFileUrl(study.studyId, id))
  expect([gone.status, await gone.text()]).toEqual([404, expect.stringContaining('7 days')])
  expect(await call(listExportsEndpoint, { params: params() })).toMatchObject([
    { id, hasFile: false },
  ])
})
