import { eq } from 'drizzle-orm'
import { afterEach, expect, it } from 'vitest'
import { rows, runs } from '@/db/schema'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { emptyFilter } from '@/lib/contracts/filter'
import { claim } from '@/lib/queue/leases'
import { getJob } from '@/lib/queue/queue'
import { listRows } from '@/lib/services/rows'
import { startRuns } from '@/lib/services/runs/compute'
import { embedTyped } from '@/lib/services/search/typed-text'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { BackendPool } from '@/lib/worker/backend-pool'
import { JOB_KINDS } from '@/lib/worker/handlers'
import { runJob } from '@/lib/worker/run-job'

let study: TestStudy | undefined
afterEach(() => {
  study?.close()
  study = undefined
})

async function work({ db, config }: TestStudy): Promise<void> {
  const pool = new BackendPool(db, config)
  const around = { db, config, pool, owner: 'test' }
  const kinds = JOB_KINDS.map(({ kind }) => kind)
  for (let row = claim(db, 'test', kinds); row; row = claim(db, 'test', kinds)) {
    const kind = JOB_KINDS.find((one) => one.kind === row?.kind)
    await runJob(around, kind!, row, new AbortController().signal)
  }
  await pool.closeAll()
}

const similar = (at: TestStudy, text: string) =>
  listRows(at.db, at.studyId, {
    filter: { ...emptyFilter(), where: { is: 'similar', to: { text }, top: 3 } },
    sort: { column: 'similarity', descending: true },
    columns: [],
    offset: 0,
    limit: 10,
  })

const testRow = ({ db }: TestStudy, idx: number) =>
  db.select().from(rows).where(eq(rows.idx, idx)).get()!

it('embeds a typed text by the model of the rows, once, and refuses another model', async () => {
  study = testStudy(20)
  const { db, studyId } = study
  expect(() => embedTyped(study!, studyId, 'x')).toThrow(/Minimum neighbour distance/)
  const request = { metrics: [{ metric: 'mnd' }], backends: { mnd: 'fake' } }
  startRuns(study, studyId, computeRequestSchema.parse(request))
  await work(study)
  await expect(similar(study, 'a text of my own')).rejects.toMatchObject({
    code: 'invalid_input',
    details: { embed: 'a text of my own' },
  })
  const job = embedTyped(study, studyId, 'a text of my own')
  await work(study)
  expect(getJob(db, job!.id)).toMatchObject({ state: 'succeeded', error: null })
  expect((await similar(study, 'a text of my own')).rows).toHaveLength(3)
  expect(embedTyped(study, studyId, ' a text of my own ')).toBeNull()

  // What a row without input says was embedded with it.
  const { instruction } = testRow(study, 7)
  expect(embedTyped(study, studyId, instruction)).toBeNull()
  expect((await similar(study, instruction)).rows[0]).toMatchObject({
    instruction,
    similarity: expect.closeTo(1, 5),
  })

  const [run] = db.select().from(runs).all()
  const definition = { ...run!.definition, model: { ...run!.definition.model, revision: 'other' } }
  db.update(runs).set({ definition }).run()
  const other = embedTyped(study, studyId, 'another text')
  await work(study)
  const ended = getJob(db, other!.id)
  expect(ended.state).toBe('failed')
  expect(ended.error).toContain('is another model than the one that embedded the rows')
})
