import fs from 'node:fs'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { statusCode } from '@/lib/contracts/status'
import { startRuns } from '@/lib/services/runs/compute'
import { getJob } from '@/lib/queue/queue'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'
import { keptFile, removeOldKeptFiles } from './kept-file'

let study: TestStudy | undefined
afterEach(() => study?.close())

async function computed(params: Record<string, unknown>) {
  study = testStudy(40)
  const { db, studyId } = study
  const request = computeRequestSchema.parse({
    metrics: [{ metric: 'novelty', params }],
    backends: { novelty: 'fake' },
  })
  const started = startRuns(study, studyId, request)
  expect(started.blocked).toEqual([])
  await runJobs(study)
  expect(getJob(db, started.jobs[0]?.id ?? '').state).toBe('succeeded')
  const chunks = db.$client
    .prepare(
      `select cell_no as cellNo, output, "values" as bytes, status from column_chunks order by cell_no, output`,
    )
    .all() as { cellNo: number; output: string; bytes: Buffer; status: Buffer }[]
  return (cellNo: number, output: string) => {
    const chunk = chunks.find((entry) => entry.cellNo === cellNo && entry.output === output)
    if (!chunk) throw new Error(`no ${output} of cell ${cellNo}`)
    const bytes = Uint8Array.from(chunk.bytes)
    return { values: Array.from(new Float64Array(bytes.buffer)), status: [...chunk.status] }
  }
}

it('measures an evolved cell against its seeds, and the seeds against nothing', async () => {
  const read = await computed({ against: 'seeds' })
  const evolved = read(2, 'novelty')
  expect(new Set(evolved.status)).toEqual(new Set([statusCode('ok')]))
  expect(evolved.values.every((value) => value > 0 && value <= 4)).toBe(true)
  const nearest = read(2, 'nearest_index')
  expect(nearest.values.every((row) => Number.isInteger(row) && row >= 0 && row < 40)).toBe(true)
  expect(new Set(read(1, 'novelty').status)).toEqual(new Set([statusCode('not_applicable')]))
})

it('takes the seeds as the round before the first one', async () => {
  const seeds = (await computed({ against: 'seeds' }))(2, 'novelty')
  study?.close()
  const previous = (await computed({ against: 'previous' }))(2, 'novelty')
  expect(previous.values).toEqual(seeds.values)
})

it('has no value where the other arm is not in the study', async () => {
  const read = await computed({ against: 'arm', arm: 'nobody' })
  expect(new Set(read(2, 'novelty').status)).toEqual(new Set([statusCode('not_applicable')]))
})

it('leaves no file of a search that ended, and at the next start keeps those of open ones only', async () => {
  await computed({ against: 'seeds' })
  const { db } = study as TestStudy
  const folder = path.join(path.dirname(db.$client.name), 'searches')
  const file = (cellNo: number) => keptFile(db, 1, cellNo)
  expect(file(2).read()).toBeNull()
  for (const cellNo of [1, 2, 3]) file(cellNo).write(Buffer.from(`cell ${cellNo}`))
  fs.writeFileSync(path.join(folder, '1-2.bin.part'), 'half')
  db.$client.prepare('update run_cells set finished_at = null where cell_no = 2').run()
  removeOldKeptFiles(db)
  expect(fs.readdirSync(folder)).toEqual(['1-2.bin'])
  expect(Buffer.from(file(2).read() ?? []).toString()).toBe('cell 2')
})
