import { afterEach, expect, it } from 'vitest'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { currentCells } from '@/lib/services/cells'
import { columnReader } from '@/lib/services/columns'
import { listRuns } from '@/lib/services/runs'
import { startRuns } from '@/lib/services/runs/compute'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'

let study: TestStudy | undefined
afterEach(() => study?.close())

async function computed(metric: string) {
  study = testStudy(40)
  const { db, studyId } = study
  const request = { metrics: [{ metric, params: {} }], backends: { [metric]: 'fake' } }
  const started = startRuns(study, studyId, computeRequestSchema.parse(request))
  expect(started.blocked).toEqual([])
  await runJobs(study)
  const cells = currentCells(db, studyId)
  const read = (output: string, isSeeds: boolean) => {
    const cell = cells.find(({ armId }) => (armId === null) === isSeeds)
    return [...columnReader(db, studyId).read(`${metric}.${output}`, cell!).values]
  }
  return { run: listRuns(db, studyId)[0], read }
}

it('topic drift is measured for evolved rows against their own seeds, and its threshold is in the record', async () => {
  const { run, read } = await computed('topic_drift')
  // Seeds have no seeds: they are no part of the run.
  expect(run).toMatchObject({ total: 40, done: 40, valued: 40 })
  const cells = Object.values(run?.record.notes ?? {}) as { threshold: number; nPairs: number }[]
  expect(cells).toMatchObject([{ nPairs: 40 * 39 }])
  const threshold = cells[0]?.threshold ?? NaN
  const distances = read('distance', false)
  const flags = distances.map((distance) => (distance >= threshold ? 2 : 1))
  expect(read('drifted', false)).toEqual(flags)
  expect(distances.every((distance) => distance > 0 && distance <= 2)).toBe(true)
})

it('tokens are counted for seeds and evolved rows, and their tokenizer is in the definition', async () => {
  const { run, read } = await computed('tokens')
  expect(run).toMatchObject({ total: 80, done: 80, valued: 80 })
  expect(run?.definition).toMatchObject({
    model: {
      tokenizer: expect.stringMatching(/./),
    },
  })
  for (const isSeeds of [true, false]) {
    expect(
      read('instruction', isSeeds).every((count) => Number.isInteger(count) && count > 0),
    ).toBe(true)
  }
  const replies = read('response', true)
  // Every tenth row of this study or so has no response, which is not the same as one of no tokens.
  expect(replies.some((count) => Number.isNaN(count))).toBe(true)
  expect(replies.every((count) => Number.isNaN(count) || count > 0)).toBe(true)
})
