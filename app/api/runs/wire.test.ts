import { describe, expect, it } from 'vitest'
import { call } from '@/components/hooks/api'
import { computeEndpoint, dryRunEndpoint } from '@/lib/api/compute'
import * as api from '@/lib/api/runs'
import type { TestStudy } from '@/lib/testing/job-study'
import { wireEach } from '@/lib/testing/route-fetch'

let study: TestStudy
wireEach(12, (one) => (study = one))

const request = {
  metrics: [{ metric: 'difficulty_level' }],
  backends: { difficulty_level: 'fake' },
}

describe('runs over the wire', () => {
  it('are started, listed, pinned, deleted and restored, and show their card', async () => {
    const params = { studyId: study.studyId }
    const started = await call(computeEndpoint, { params, body: request })
    expect(started.blocked).toEqual([])
    expect(started.jobs).toHaveLength(1)
    const [run] = await call(api.listRunsEndpoint, { params })
    expect(run).toEqual(started.runs[0])
    const one = { params: { runId: run?.id ?? '' } }
    const card = await call(api.runCardEndpoint, one)
    expect(card.metric?.id).toBe('difficulty_level')
    expect(card.prompts[0]?.text).toContain('{instruction}')
    expect(await call(api.pinRunEndpoint, one)).toMatchObject({ pinned: true })
    expect((await call(api.judgingEndpoint, one)).judging).toMatchObject({ asked: 0 })
    await expect(call(api.retryRunEndpoint, one)).rejects.toMatchObject({ code: 'conflict' })
    await call(api.deleteRunEndpoint, one)
    await expect(call(api.runCardEndpoint, one)).rejects.toMatchObject({ code: 'not_found' })
    expect(await call(api.restoreRunEndpoint, one)).toMatchObject({ id: run?.id })
  })

  it('are not estimated without a worker', async () => {
    const params = { studyId: study.studyId }
    await expect(call(dryRunEndpoint, { params, body: request })).rejects.toMatchObject({
      code: 'backend_unavailable',
    })
  })
})
