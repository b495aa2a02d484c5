import { afterEach, describe, expect, it } from 'vitest'
import { decodeFloats, encodeFloats } from '@/lib/backends/session/cache-values'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { startRuns } from '@/lib/services/runs/compute'
import { listRuns } from '@/lib/services/runs'
import { faultTools, type Fault, type FaultStudy } from '@/lib/testing/faults/kit'
import { requestCancel, resumeJob } from '@/lib/queue/queue'

const { server, studyOn, closeAll } = faultTools()
afterEach(closeAll)

/** Answers the first `times` requests as one model and the others as another one. */
function swapAfter(times: number, first: Fault, other: Fault): Fault {
  let left = times
  return (asked) => {
    left -= 1
    if (left >= 0) first(asked)
    else other(asked)
  }
}

type Body = { choices?: Record<string, unknown>[]; data?: { embedding: string }[] }

/** Turns every vector of a reply by a right angle. */
const turned: Fault = ({ well }) =>
  well((body) => ({
    ...body,
    data: (body as Body).data?.map((entry) => {
      if (typeof entry.embedding !== 'string') return entry
      const [x, y] = decodeFloats(Buffer.from(entry.embedding, 'base64')) as unknown as number[]
      const vector = Float32Array.of(-(y as number), x as number)
      return { ...entry, embedding: encodeFloats(vector).toString('base64') }
    }),
  }))

/** A chat model without scores, which ends its replies with these words. */
const chatting =
  (words: string): Fault =>
  ({ well }) =>
    well((body) => ({
      ...body,
      choices: (body as Body).choices?.map((choice) => {
        const message = choice.message as { content: string }
        return { ...choice, logprobs: null, message: { content: message.content + words } }
      }),
    }))

const plain: Fault = ({ well }) => well()

describe('another model of embeddings', () => {
  const EMBEDDINGS = { metric: 'mnd', kind: 'openai', config: { use: 'embeddings' } }

  it('leaves nothing behind when it takes the place in mid-run, and the first one goes on', async () => {
    const well = await server()
    const calm = studyOn(well.url, EMBEDDINGS)
    await calm.run()
    const study = studyOn(well.url, EMBEDDINGS)
    await study.open()
    // One request is the check for the new job.
    well.breakWith(swapAfter(1, plain, turned), Infinity, true)
    expect(await study.run()).toBe('paused')
    expect(study.job.hold?.reason).toBe('model_changed')
    expect(study.job.error).toContain('fixed question')
    expect(study.cached).toBe(0)
    expect(study.doneRows.stored).toBe(0)
    well.heal()
    resumeJob(study.study.db, study.jobId)
    expect(await study.run()).toBe('succeeded')
    expect(study.columns).toEqual(calm.columns)
    expect(study.cached).toBe(calm.cached)
  })
})

describe('another chat model that gives no scores', () => {
  it('is recognised by its reply to a fixed question', async () => {
    const well = await server()
    const study = studyOn(well.url, { metric: 'difficulty_score', kind: 'openai' })
    well.breakWith(chatting(''), Infinity, true)
    await study.open()
    well.breakWith(swapAfter(4, chatting(''), chatting(' or so')), Infinity, true)
    expect(await study.run()).toBe('paused')
    expect(study.job.hold?.reason).toBe('model_changed')
    expect(study.job.error).toMatch(/replies ".* or so" to a fixed question/)
    expect(study.cached).toBe(0)
    expect(study.doneRows.stored).toBe(0)
    well.breakWith(chatting(''), Infinity, true)
    resumeJob(study.study.db, study.jobId)
    expect(await study.run()).toBe('succeeded')
  })
})

describe('another model at one of two servers', () => {
  it('costs no row: what it answered is computed again by the other one', async () => {
    const [own, replica] = [await server(), await server()]
    const calm = studyOn(own.url, { rows: 60 })
    await calm.run()
    const study = studyOn(own.url, { rows: 60, config: { replicas: [replica.url] } })
    await study.open()
    let asked = 0
    replica.breakWith(({ well }) => {
      asked += 1
      if (asked === 3) replica.serve(7)
      well()
    })
    for (let tries = 0; tries < 5 && study.job.state !== 'succeeded'; tries += 1) {
      study.study.db.$client.prepare('update jobs set run_after = 0').run()
      await study.run()
    }
    expect(asked).toBeGreaterThan(3)
    expect(study.job.state).toBe('succeeded')
    expect(study.columns).toEqual(calm.columns)
    expect(study.cached).toBe(calm.cached)
  })
})

describe('another model between two jobs', () => {
  function again(study: FaultStudy): string {
    const { study: of } = study
    const request = computeRequestSchema.parse({
      metrics: [{ metric: 'loss' }],
      backends: { loss: 'server' },
    })
    return startRuns(of, of.studyId, request).jobs[0]?.id ?? ''
  }

  it('does not extend the run of the first, and gets a run of its own', async () => {
    const well = await server()
    const study = studyOn(well.url)
    const { db, studyId } = study.study
    expect(await study.run()).toBe('succeeded')
    const [first] = listRuns(db, studyId)
    const { columns } = study
    well.serve(7)
    study.follow(again(study))
    await study.run()
    const runs = listRuns(db, studyId)
    const [second] = runs
    expect(runs).toHaveLength(2)
    expect(second?.definitionHash).not.toBe(first?.definitionHash)
    expect(second?.record.fingerprint).not.toBe(first?.record.fingerprint)
    expect(second?.definition.model).toEqual({
      ...first?.definition.model,
      fingerprint: second?.record.fingerprint,
    })
    expect(study.columns).toEqual(expect.arrayContaining(columns))
  })

  it('stays apart from results of which nobody knows the model', async () => {
    const well = await server()
    const study = studyOn(well.url)
    const { db, studyId } = study.study
    expect(await study.run()).toBe('succeeded')
    // As a version before this one has left it.
    db.$client.prepare("update runs set record = json_remove(record, '$.fingerprint')").run()
    db.$client.prepare('delete from model_fingerprints').run()
    db.$client.prepare("update jobs set state = 'queued', run_after = 0, finished_at = null").run()
    await study.restartWorker()
    expect(await study.run()).toBe('paused')
    expect(study.job.error).toContain('nobody can tell whose they are')
    requestCancel(db, study.jobId)
    study.follow(again(study))
    expect(await study.run()).toBe('succeeded')
    expect(listRuns(db, studyId).map(({ done }) => done)).toEqual([24, 12])
  })
})
