import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrateDatabase, openDatabase } from '@/db/client'
import { jobs } from '@/db/schema'
import { jobSchema } from '@/lib/contracts/job'
import { writtenBackupSchema, openedBackupSchema } from '@/lib/contracts/backup'
import { getJob } from '@/lib/queue/queue'
import { listRows } from '@/lib/services/rows'
import { emptyFilter } from '@/lib/contracts/filter'
import { createStudy } from '@/lib/services/studies'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { closeWire, openWire, routeFetch } from '@/lib/testing/route-fetch'
import { runJobs } from '@/lib/testing/run-jobs'

let study: TestStudy

beforeAll(async () => {
  study = await testStudy()
  // A backup reads the database by a connection of its own, so it must be a file.
  const db = openDatabase(study.config.databasePath)
  migrateDatabase(db)
  study = { ...study, db, studyId: createStudy(db, { name: 'Test' }).id }
  await importRows(study, 'alpaca.json', alpacaRows(40, 'backup'))
  openWire(study)
})
afterAll(() => {
  closeWire()
  study.db.$client.close()
  return study.close()
})

const json = { 'content-type': 'application/json' }

async function sent(path: string, body: unknown): Promise<Record<string, unknown>> {
  const init = { method: 'POST', headers: json, body: JSON.stringify(body) }
  return (await (await routeFetch(`/api${path}`, init)).json()) as Record<string, unknown>
}

/** Starts a job over HTTP, runs it, and returns what came of it. */
async function done(path: string, body: unknown = {}) {
  const { id } = jobSchema.parse((await sent(path, body))['job'])
  await runJobs(study)
  expect(
    study.db
      .select()
      .from(jobs)
      .all()
      .map(({ state }) => state),
  ).not.toContain('failed')
  return { id, result: getJob(study.db, id).result }
}

it('writes a backup, sends it in stretches, takes it in pieces and opens it', async () => {
  const { id, result } = await done(`/studies/${study.studyId}/backup`)
  const { sha256, bytes } = writtenBackupSchema.parse(result)
  const path = `/api/studies/${study.studyId}/backup/${id}`
  const part = async (range: string, condition = `"${sha256}"`) =>
    routeFetch(path, { headers: { range, 'if-range': condition } })
  const first = await part('bytes=0-999')
  const rest = await part('bytes=1000-')
  expect([first.status, rest.status]).toEqual([206, 206])
  expect(rest.headers.get('content-range')).toBe(`bytes 1000-${bytes - 1}/${bytes}`)
  const whole = Buffer.concat([
    Buffer.from(await first.arrayBuffer()),
    Buffer.from(await rest.arrayBuffer()),
  ])
  expect(createHash('sha256').update(whole).digest('hex')).toBe(sha256)
  // Another file under the same address is sent from its beginning.
  const other = await part('bytes=1000-', '"before"')
  expect([other.status, (await other.arrayBuffer()).byteLength]).toEqual([200, bytes])
  expect((await part(`bytes=${bytes}-`)).status).toBe(416)

  const { uploadId } = await sent('/uploads/parts', { name: 'study.zip', sizeBytes: bytes })
  for (const [from, to] of [
    [0, 1_500],
    [1_500, bytes],
  ] as const) {
    const init = {
      method: 'PATCH',
      headers: { 'content-type': 'application/octet-stream' },
      body: whole.subarray(from, to),
    }
    expect((await routeFetch(`/api/uploads/parts/${uploadId}?offset=${from}`, init)).ok).toBe(true)
  }
  const opened = openedBackupSchema.parse((await done('/backups', { uploadId })).result)
  expect(opened).toMatchObject({ name: 'Test (copy)', isCopy: true })
  const rowsOf = async (studyId: string) =>
    (
      await listRows(study.db, studyId, {
        filter: { ...emptyFilter(), text: '1' },
        sort: { column: 'position', descending: false },
        columns: [],
        offset: 0,
        limit: 100,
      })
    ).rows.map(({ idx, instruction, response }) => [idx, instruction, response])
  const rows = await rowsOf(study.studyId)
  expect(rows.length).toBeGreaterThan(5)
  expect(await rowsOf(opened.studyId)).toEqual(rows)
})
