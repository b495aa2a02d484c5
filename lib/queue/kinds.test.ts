import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BackendPool } from '@/lib/worker/backend-pool'
import { JOB_KINDS } from '@/lib/worker/handlers'
import { runJob } from '@/lib/worker/run-job'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { KIND_LABEL } from '@/lib/contracts/job-text'
import { addRawJob } from '@/lib/testing/queued'
import { JOBS, jobTitle, type JobPayload } from './kinds'
import { claim } from './leases'
import { lastJob, openJobs, replacePayload } from './lookups'
import { enqueue, getJob, getJobRow, listJobs, requestCancel, requestPause } from './queue'

let study: TestStudy

beforeEach(() => {
  study = testStudy(1)
})
afterEach(() => study.close())

const compute = (runId: string) =>
  enqueue(study.db, { kind: 'compute', payload: { runId }, names: { run: 'Novelty' } })

describe('the kinds of jobs', () => {
  it('are those that the worker runs', () => {
    expect(JOB_KINDS.map(({ kind }) => kind).toSorted()).toEqual(Object.keys(JOBS).toSorted())
    for (const [name, { kind }] of Object.entries(JOBS)) expect(kind).toBe(name)
  })

  it('are those that the list of jobs offers', () => {
    expect(Object.keys(KIND_LABEL).toSorted()).toEqual(Object.keys(JOBS).toSorted())
  })

  it('make the title of a job from its payload and the names behind its ids', () => {
    const cells = ['a', 'b']
    const plans = [{ fileName: 'a.json' }, { fileName: 'b.json' }] as JobPayload<'import'>['plans']
    const one = { cell: 'general, small, round 1' }
    expect([
      compute('r').title,
      jobTitle('import', { studyId: 's', plans }, {}),
      jobTitle('import', { studyId: 's', plans: plans.slice(0, 1) }, {}),
      jobTitle(
        'stage',
        { experimentId: 'e', arm: 'a', stage: 'round-1' },
        { experiment: 'Trial', stage: 'Round 1 of A' },
      ),
      jobTitle('align', { studyId: 's', cells, align: 'id' }, one),
      jobTitle('align', { studyId: 's', cells: ['a'], align: 'id' }, one),
      jobTitle('align', { studyId: 's', cells: ['a'], operators: 'file' as never }, one),
      jobTitle('fetch-model', { modelId: 'm' }, { model: 'SmolLM2' }),
      jobTitle('probe', { backendId: 'b', keySetHere: null }, { backend: 'Lab' }),
    ]).toEqual([
      'Novelty',
      'Import 2 files',
      'Import a.json',
      'Trial: Round 1 of A',
      'Align 2 files',
      'Align general, small, round 1',
      'Operators of general, small, round 1',
      'Fetch SmolLM2',
      'Probe of Lab',
    ])
  })
})

describe('a payload that its kind does not know', () => {
  it('is refused when it is queued, and nothing is stored', () => {
    const wrong = { runId: 7 } as unknown as JobPayload<'compute'>
    const attempt = () =>
      enqueue(study.db, { kind: 'compute', payload: wrong, names: { run: 'x' } })
    expect(attempt).toThrow(/"compute" job do not fit \(runId: .*expected string/)
    expect(listJobs(study.db)).toEqual([])
    const { id } = compute('run')
    const { no } = getJobRow(study.db, id)
    expect(() => replacePayload(study.db, no, 'compute', wrong)).toThrow('runId')
    expect(getJobRow(study.db, id).payload).toEqual({ runId: 'run' })
  })

  it.each(Object.keys(JOBS).filter((kind) => kind !== 'purge' && kind !== 'index-texts'))(
    'fails the job with words when it is run: %s',
    async (kind) => {
      const { db, config } = study
      const { id } = addRawJob(db, { kind, payload: { old: true } })
      const row = claim(db, 'me', [kind])
      const found = JOB_KINDS.find((one) => one.kind === kind)
      if (!row || !found) throw new Error('no such job')
      const pool = new BackendPool(db, config)
      await runJob({ db, config, pool, owner: 'me' }, found, row, new AbortController().signal)
      const job = getJob(db, id)
      expect(job).toMatchObject({ state: 'failed', errorCode: 'invalid_input' })
      expect(job.error).toContain(`The parameters of this "${kind}" job do not fit (`)
    },
  )
})

describe('jobs by what they are about', () => {
  it('are found while they have not ended, in the order of arrival', () => {
    const [first, other, second] = [compute('r'), compute('x'), compute('r')]
    requestPause(study.db, second.id)
    const open = () => openJobs(study.db, 'compute', { runId: 'r' }).map(({ id }) => id)
    expect(open()).toEqual([first.id, second.id])
    requestCancel(study.db, first.id)
    expect(open()).toEqual([second.id])
    expect(openJobs(study.db, 'compute', { runId: 'x' })[0]?.id).toBe(other.id)
    expect(openJobs(study.db, 'probe', { backendId: 'r' })).toEqual([])
    requestCancel(study.db, second.id)
    expect(lastJob(study.db, 'compute', { runId: 'r' })?.id).toBe(second.id)
    expect(lastJob(study.db, 'compute', { runId: 'none' })).toBeNull()
  })
})
