import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { call } from '@/components/hooks/api'
import { actOnJobEndpoint, getJobEndpoint, listJobsEndpoint } from '@/lib/api/jobs'
import { readConfig } from '@/lib/config'
import { enqueue } from '@/lib/queue/queue'
import { testDatabase } from '@/lib/testing/database'
import { closeWire, openWire } from '@/lib/testing/route-fetch'

let db: ReturnType<typeof testDatabase>

beforeEach(() => {
  db = testDatabase()
  openWire({ db, config: readConfig({ LOG_LEVEL: 'silent' }) })
})
afterEach(() => {
  closeWire()
})

const probe = () =>
  enqueue(db, {
    kind: 'probe',
    payload: { backendId: 'b', keySetHere: null },
    names: { backend: 'B' },
  })

describe('jobs over the wire', () => {
  it('come back as the queue has them, filtered by state', async () => {
    const job = probe()
    await expect(call(listJobsEndpoint, { query: {} })).resolves.toEqual([job])
    await expect(call(listJobsEndpoint, { query: { state: 'queued' } })).resolves.toEqual([job])
    await expect(call(listJobsEndpoint, { query: { state: 'failed' } })).resolves.toEqual([])
    const detail = await call(getJobEndpoint, { params: { jobId: job.id } })
    expect(detail).toEqual({ job, events: [] })
  })

  it('are acted on with a budget, and refuse an action that is not known', async () => {
    const params = { jobId: probe().id, action: 'pause' } as const
    const paused = await call(actOnJobEndpoint, { params, body: { budget: { tokens: 5 } } })
    expect(paused.state).toBe('paused')
    expect(paused.budget).toEqual({ tokens: 5, money: null, seconds: null })
    await expect(
      call(actOnJobEndpoint, { params: { ...params, action: 'explode' as 'pause' }, body: {} }),
    ).rejects.toMatchObject({ code: 'invalid_input', status: 400 })
  })
})
