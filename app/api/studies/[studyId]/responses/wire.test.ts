import { expect, it } from 'vitest'
import { responseSetSchema, type ResponseSet } from '@/lib/contracts/responses'
import type { TestStudy } from '@/lib/testing/job-study'
import { routeFetch, wireEach } from '@/lib/testing/route-fetch'
import { runJobs } from '@/lib/testing/run-jobs'

const ROWS = 7
const BASE = '/api/studies/study/responses'

let study: TestStudy
wireEach(ROWS, (made) => (study = made))

const send = (method: string, path: string, body?: object) =>
  routeFetch(path, {
    method,
    headers: { 'content-type': 'application/json', origin: 'http://localhost:3000' },
    ...(body && { body: JSON.stringify(body) }),
  })

const listed = async (): Promise<ResponseSet[]> =>
  responseSetSchema.array().parse(await (await routeFetch(BASE)).json())

/** The outputs of the file `child` as an export writes them. */
async function exported(responses?: string): Promise<unknown[]> {
  const state = { filter: { arms: ['small'] }, sort: { column: 'position' }, columns: [] }
  const request = { studyId: 'study', state, format: 'jsonl', name: 'rows', responses }
  const query = new URLSearchParams({ request: JSON.stringify(request) })
  const reply = await routeFetch(`/api/studies/study/export/download?${query}`)
  if (!reply.ok) return [reply.status]
  const lines = (await reply.text()).trim().split('\n')
  return lines.map((line) => (JSON.parse(line) as { output?: unknown }).output)
}

it('are written, exported, chosen, renamed, deleted and restored', async () => {
  expect((await send('POST', BASE, { backend: 'fake', temperature: 3 })).status).toBe(400)
  expect((await send('POST', BASE, { backend: 'gone' })).status).toBe(404)
  const body = { backend: 'fake', maxTokens: 32, cellIds: ['child'], label: 'Short' }
  expect((await send('POST', BASE, body)).status).toBe(200)
  await runJobs(study)
  const set = (await listed()).find(({ label }) => label === 'Short')
  const key = set?.key ?? ''
  const address = `${BASE}/${key}`
  expect(set?.files).toMatchObject([{ cellId: 'child', answered: ROWS, isCurrent: false }])
  const own = await exported()
  const written = await exported(key)
  expect(new Set([...own, ...written]).size).toBe(2 * ROWS)
  expect(await exported('f'.repeat(64))).toEqual([404])
  expect((await send('PATCH', address, { current: ['seeds'] })).status).toBe(404)
  const changed = await send('PATCH', address, { current: 'all', label: 'Shorter' })
  expect(await changed.json()).toMatchObject({ label: 'Shorter', files: [{ isCurrent: true }] })
  expect(await exported()).toEqual(written)
  expect((await send('DELETE', address)).status).toBe(204)
  expect(await exported()).toEqual(own)
  expect((await send('DELETE', address)).status).toBe(404)
  expect((await send('DELETE', `${BASE}/imported`)).status).toBe(400)
  expect((await send('POST', `${address}/restore`)).status).toBe(200)
  expect((await listed()).map(({ label }) => label)).toContain('Shorter')
})
