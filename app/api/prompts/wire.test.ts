import { describe, expect, it } from 'vitest'
import { call } from '@/components/hooks/api'
import { listMetricsEndpoint } from '@/lib/api/metrics'
import * as api from '@/lib/api/prompts'
import type { TestStudy } from '@/lib/testing/job-study'
import { wireEach } from '@/lib/testing/route-fetch'

let study: TestStudy
wireEach(12, (one) => (study = one))

const RUBRIC = {
  promptId: null,
  name: 'Tone',
  template: 'How polite is this? {{instruction}} Scale: {{scale}}',
  scale: { kind: 'labels' as const, labels: ['rude', 'polite'] },
}

describe('prompts over the wire', () => {
  it('are saved, deleted by version and as a rubric, and restored', async () => {
    const saved = await call(api.savePromptEndpoint, { body: RUBRIC })
    const [version] = saved.versions
    const versionId = version?.id ?? ''
    const params = { promptId: saved.id }
    await expect(call(api.getPromptEndpoint, { params })).resolves.toEqual(saved)
    await call(api.deletePromptVersionEndpoint, { params: { versionId } })
    await call(api.restorePromptVersionEndpoint, { params: { versionId } })
    await expect(call(api.deleteRubricEndpoint, { params })).resolves.toEqual({
      versionIds: [versionId],
    })
    const listed = await call(api.listPromptsEndpoint, {})
    expect(listed.map(({ id }) => id)).not.toContain(saved.id)
    expect(listed.length).toBeGreaterThan(5)
  })

  it('show rows of a study, five without a number, and take a seed of any sign', async () => {
    const { studyId } = study
    const query = { studyId, seed: -3 }
    expect(await call(api.promptRowsEndpoint, { query })).toHaveLength(5)
    expect(await call(api.promptRowsEndpoint, { query: { ...query, count: 2 } })).toHaveLength(2)
    await expect(
      call(api.promptRowsEndpoint, { query: { ...query, count: 11 } }),
    ).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('are not tried without a worker', async () => {
    const rows = [{ cellId: study.seedCell, idx: 0 }]
    const body = { ...RUBRIC, studyId: study.studyId, backendId: 'fake', rows }
    await expect(call(api.tryPromptEndpoint, { body })).rejects.toMatchObject({
      code: 'backend_unavailable',
    })
  })
})

describe('metrics over the wire', () => {
  it('come with their parameters', async () => {
    const metrics = await call(listMetricsEndpoint, {})
    expect(metrics.some(({ params }) => params.length > 0)).toBe(true)
  })
})
