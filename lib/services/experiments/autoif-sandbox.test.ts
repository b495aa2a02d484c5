import { afterAll, beforeAll, expect, it } from 'vitest'
import { passMatrixSchema, planSchema } from '@/lib/contracts/experiment'
import { currentCells } from '@/lib/services/cells'
import { columnReader } from '@/lib/services/columns'
import { setSandbox } from '@/lib/services/sandbox'
import { checkerPool } from '@/lib/services/sandbox/pool'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'
import { itemsOf, placedStage, experimentRow } from './records'
import { getExperiment, startExperiment } from '.'

let of: TestStudy
beforeAll(() => {
  of = testStudy(30)
})
afterAll(() => {
  checkerPool().close()
  of.close()
})

it(
  'runs the functions of an evolver in Python, and then on the responses to its rows',
  async () => {
    setSandbox(of.db, { isOn: true })
    const plan = planSchema.parse({
      name: 'Checks',
      scenario: {
        kind: 'autoif',
        constraints: 'Use no commas.',
        requests: 1,
        perRequest: 3,
        samples: 6,
        queries: 4,
      },
      arms: [{ key: 'one', label: 'One', backend: 'fake' }],
      responses: { backend: 'fake', maxTokens: 64 },
      measures: { metrics: [{ metric: 'if_pass' }] },
    })
    const { id } = startExperiment(of, of.studyId, plan)
    await runJobs(of)
    const { stages } = getExperiment(of.db, of.studyId, id)
    expect(stages.map(({ state, why }) => [state, why])).toEqual(stages.map(() => ['done', null]))
    const { row } = placedStage(of.db, experimentRow(of.db, id), 'one', 'check')
    const outcomes = itemsOf(of.db, row.no).flatMap(
      ({ value }) => passMatrixSchema.parse(value).outcomes,
    )
    // The functions of the fake model compare a length, rightly or not; none breaks.
    expect(new Set(outcomes.flat())).toEqual(new Set(['pass', 'fail']))
    const cell = currentCells(of.db, of.studyId).find(({ armKey }) => armKey === 'one')
    if (!cell) throw new Error('no rows were published')
    const { values, status } = columnReader(of.db, of.studyId).read('if_pass.pass', cell)
    // Every response of the fake model is longer than its functions ask: "yes" is the second level.
    expect(Array.from(values)).toEqual(Array.from({ length: cell.rowCount }, () => 2))
    expect(new Set(status)).toEqual(new Set([status[0]]))
  },
  // Starting Python takes seconds, more on a busy machine.
  180_000,
)
