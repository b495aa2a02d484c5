import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call } from '@/components/hooks/api'
import { listBackendsEndpoint } from '@/lib/api/backends'
import { getJobEndpoint, listJobsEndpoint } from '@/lib/api/jobs'
import { listPromptsEndpoint } from '@/lib/api/prompts'
import { emptyProgress } from '@/lib/contracts/job'
import { enqueue } from '@/lib/queue/queue'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { closeWire, openWire } from '@/lib/testing/route-fetch'

let study: TestStudy

beforeEach(() => {
  study = testStudy(2)
  openWire(study)
})
afterEach(() => {
  closeWire()
  study.close()
})

function store(table: string, field: string, text: string): void {
  study.db.$client.prepare(`update ${table} set ${field} = ?`).run(text)
}

const job = () => enqueue(study.db, { kind: 'purge', payload: {}, names: {} })

describe('stored JSON', () => {
  it.each([
    ['progress', 'not json'],
    ['progress', '{}'],
    ['progress', JSON.stringify({ ...emptyProgress(), done: 'many' })],
    ['payload', '[]'],
    ['budget', '{"tokens": -1}'],
    ['hold', '{"reason": "mood"}'],
    ['result', '3'],
  ])('of a job that cannot be read names table, id and field: %s %s', async (field, text) => {
    const { id } = job()
    store('jobs', field, text)
    const told = { code: 'data_error', details: { table: 'jobs', id, field } }
    await expect(call(listJobsEndpoint, { query: {} })).rejects.toMatchObject(told)
    await expect(call(getJobEndpoint, { params: { jobId: id } })).rejects.toMatchObject(told)
  })

  it.each([
    ['config', '"text"'],
    ['config', '{'],
    ['probe', '{"steps": 1}'],
  ])('of a backend does so too: %s %s', async (field, text) => {
    store('backends', field, text)
    const told = { code: 'data_error', details: { table: 'backends', field } }
    await expect(call(listBackendsEndpoint, {})).rejects.toMatchObject(told)
  })

  it('of a rubric does so too', async () => {
    study.db.$client
      .prepare(
        `insert into prompt_versions (id, prompt_id, version, name, template, scale, hash, note, created_at)
         values ('v', 'rubric-x', 1, 'X', '{instruction}', '{"kind": "stars"}', 'h', '', 1)`,
      )
      .run()
    const told = {
      code: 'data_error',
      details: { table: 'prompt_versions', id: 'v', field: 'scale' },
    }
    await expect(call(listPromptsEndpoint, {})).rejects.toMatchObject(told)
  })

  it('of a job from before a part of its progress existed is read with that part empty', async () => {
    const { id } = job()
    const { crashes: _crashes, activeMs: _activeMs, meter, ...before } = emptyProgress()
    store('jobs', 'progress', JSON.stringify({ ...before, done: 7, meter: { requests: 3 } }))
    const { job: read } = await call(getJobEndpoint, { params: { jobId: id } })
    const progress = { ...emptyProgress(), done: 7, meter: { ...meter, requests: 3 } }
    expect(read.progress).toEqual(progress)
  })
})
