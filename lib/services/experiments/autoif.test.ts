import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  passMatrixSchema,
  planSchema,
  type CheckOutcome,
  type Plan,
  type TrialStage,
} from '@/lib/contracts/experiment'
import { stagesOf, type CheckTools } from '@/lib/evolution'
import { getJob, retryJob } from '@/lib/queue/queue'
import { currentCells } from '@/lib/services/cells'
import { isDone, runWithStops } from '@/lib/testing/experiments'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'
import { itemsOf, placedStage, experimentRow } from './records'
import { startTrial } from './trial'
import { getExperiment, retryStage, startExperiment } from '.'

// The sandbox has tests of its own; here the functions of the fake backend are read, not run.
const sandbox = vi.hoisted(() => ({ tools: null as CheckTools | null, runs: 0 }))
vi.mock('@/lib/worker/handlers/stage/check-tools', () => ({ openCheckTools: () => sandbox.tools }))

const ROWS = 40
const open: TestStudy[] = []
beforeEach(() => {
  sandbox.tools = { width: 2, runChecks: async (...given) => runByHand(...given) }
  sandbox.runs = 0
})
afterEach(() => {
  for (const study of open.splice(0)) study.close()
})

function runByHand(...[functions, cases]: Parameters<CheckTools['runChecks']>): CheckOutcome[][] {
  sandbox.runs += 1
  return functions.map((source) => {
    const least = Number(/> (\d+)/.exec(source)?.[1])
    return cases.map(([input, output]) => (input.length > least === output ? 'pass' : 'fail'))
  })
}

function study(config: Record<string, unknown> = {}): TestStudy {
  const made = testStudy(ROWS, config)
  open.push(made)
  return made
}

function planOf(
  scenario: Record<string, unknown> = {},
  changes: Record<string, unknown> = {},
): Plan {
  return planSchema.parse({
    name: 'Checks',
    scenario: {
      kind: 'autoif',
      constraints: 'Use no commas.\n\nWrite two sentences.',
      requests: 3,
      perRequest: 5,
      samples: 4,
      queries: 6,
      ...scenario,
    },
    arms: [
      { key: 'one', label: 'One', armClass: 'small', backend: 'fake' },
      { key: 'two', label: 'Two', armClass: 'large', backend: 'fake', decoding: { seed: 77 } },
    ],
    responses: { backend: 'fake', maxTokens: 64 },
    ...changes,
  })
}

async function run(of: TestStudy, plan: Plan) {
  const { id } = startExperiment(of, of.studyId, plan)
  await runJobs(of)
  const items = (stage: string, arm = '') => {
    const { row } = placedStage(of.db, experimentRow(of.db, id), arm, stage)
    return itemsOf(of.db, row.no)
  }
  return { id, items, stages: () => getExperiment(of.db, of.studyId, id).stages }
}

interface MadeRow {
  idx: number
  slot: number | null
  instruction: string
  input: string
  extra: string
  text: string | null
}

function made(of: TestStudy, key: string): MadeRow[] {
  return of.db.$client
    .prepare(
      `select r.idx, r.slot, r.instruction, r.input, r.extra, p.text
       from cells c join arms a on a.id = c.arm_id and a.key = ?
       join rows r on r.cell_no = c.no
       left join response_sets s on s.cell_no = c.no
       left join responses p on p.set_no = s.no and p.idx = r.idx
       where c.published_at is not null and c.superseded_at is null order by r.idx`,
    )
    .all(key) as MadeRow[]
}

describe('an AutoIF experiment', () => {
  it('goes from constraints to answered rows that carry what checks them', async () => {
    const of = study()
    const { items, stages } = await run(of, planOf())
    expect(stages().every(({ state }) => state === 'done')).toBe(true)
    expect(stages().map(({ stage }) => stage)).not.toContain('respond-seeds')
    const lines = items('constraints', 'one')
    // Fifteen lines of three replies, then the two of the plan.
    expect(lines).toHaveLength(17)
    expect(lines.slice(-2).map(({ value }) => value)).toEqual([
      'Use no commas.',
      'Write two sentences.',
    ])
    const distinct = lines.filter(({ status }) => status === 'ok')
    expect(items('checkers', 'one')).toHaveLength(4 * distinct.length)
    const checked = items('check', 'one')
    expect(checked).toHaveLength(distinct.length)
    const kept = checked.filter(({ status }) => status === 'ok').map(({ key }) => key)
    expect(kept.length).toBeGreaterThan(1)
    const matrix = passMatrixSchema.parse(checked.find(({ status }) => status === 'ok')?.value)
    expect(matrix.outcomes).toHaveLength(matrix.functions.length)
    expect(matrix.outcomes[0]).toHaveLength(matrix.cases.length)

    const drawn = items('equal').filter(({ status }) => status === 'ok')
    const ofArm = (arm: string) => drawn.filter(({ key }) => key.startsWith(`${arm}:`)).length
    expect(ofArm('one')).toBe(ofArm('two'))
    const rows = made(of, 'one')
    expect(rows).toHaveLength(6 * ofArm('one'))
    expect(made(of, 'two')).toHaveLength(rows.length)
    for (const { slot, text, input, extra } of rows) {
      expect(slot).toBeNull()
      expect(text).not.toBe('')
      expect(text).not.toBeNull()
      expect(input.length).toBeGreaterThan(20)
      const { eval_func, cases } = JSON.parse(extra) as { eval_func: string[]; cases: unknown[] }
      expect(eval_func[0]).toContain('def evaluate(response)')
      expect(cases.length).toBeGreaterThan(0)
    }
    const perConstraint = rows.slice(0, 6).map(({ input }) => input)
    expect(new Set(perConstraint).size).toBe(6)
    expect(rows.slice(0, 6).every(({ instruction }) => instruction === rows[0]?.instruction)).toBe(
      true,
    )
    // Evolvers meet the same queries, and no row of one is paired with a row of the other by its place.
    expect(made(of, 'two').map(({ input }) => input)).toEqual(rows.map(({ input }) => input))
    const cell = currentCells(of.db, of.studyId).find(({ armKey }) => armKey === 'one')
    expect(cell).toMatchObject({ seedSetKey: 'autoif', round: 1 })
  })

  it('ends the same when it was stopped at any moment, and runs no function twice that was written', async () => {
    const calm = study({ latencyMs: 1 })
    await run(calm, planOf())
    const of = study({ latencyMs: 1 })
    const { id } = startExperiment(of, of.studyId, planOf())
    expect(await runWithStops(of, id)).toBeGreaterThan(3)
    expect(isDone(of, id)).toBe(true)
    for (const key of ['one', 'two']) expect(made(of, key)).toEqual(made(calm, key))
    const before = sandbox.runs
    retryStage(of.db, of.studyId, id, { arm: 'one', stage: 'augment' })
    await runJobs(of)
    expect(isDone(of, id)).toBe(true)
    expect(sandbox.runs).toBe(before)
  })

  it('stops before the functions while running them is off, says so, and goes on when it is on', async () => {
    const of = study()
    const tools = sandbox.tools
    sandbox.tools = null
    const { id, stages } = await run(of, planOf())
    const found = () => stages().find(({ stage, arm }) => stage === 'check' && arm === 'one')
    expect(found()).toMatchObject({ state: 'failed', why: expect.stringContaining('turned off') })
    expect(made(of, 'one')).toEqual([])
    sandbox.tools = tools
    for (const { state, jobId } of stages()) {
      if (state === 'failed' && jobId !== null) retryJob(of.db, jobId)
    }
    await runJobs(of)
    expect(isDone(of, id)).toBe(true)
    expect(made(of, 'one').length).toBeGreaterThan(0)
  })

  it('leaves out functions that contradict their constraint, and pairs with a low score', async () => {
    const of = study()
    const plan = planOf(
      { backTranslation: true, queryScore: 5, equal: false },
      { judge: { backend: 'fake' }, responses: null },
    )
    const { items, stages } = await run(of, plan)
    expect(stages().every(({ state }) => state === 'done')).toBe(true)
    const judged = items('consistent', 'one')
    expect(judged).toHaveLength(items('describe', 'one').length)
    expect(judged.map(({ reason }) => reason)).toContain('contradiction')
    const scored = items('fit', 'one')
    expect(scored).toHaveLength(items('join', 'one').length)
    const low = scored.filter(({ reason }) => reason === 'low_score')
    expect(low.length).toBeGreaterThan(0)
    const rows = made(of, 'one')
    expect(rows).toHaveLength(scored.length - low.length)
    for (const { extra } of rows) expect(JSON.parse(extra).query_score).toBeGreaterThanOrEqual(5)
    const dropped = items('equal').filter(({ reason }) => reason === 'inconsistent')
    const instructions = new Set(rows.map(({ instruction }) => instruction))
    expect(instructions.size).toBeLessThanOrEqual(
      items('equal').filter(({ key, status }) => key.startsWith('one:') && status === 'ok').length,
    )
    expect(dropped.every(({ status }) => status === 'dropped')).toBe(true)
  })

  it('publishes nothing of an evolver that has no constraint left, and what the other has', async () => {
    const of = study()
    sandbox.tools = {
      width: 1,
      runChecks: async (functions, cases) =>
        functions.map(() => cases.map(() => (sandbox.runs++ < 30 ? 'pass' : 'timeout'))),
    }
    const { items, stages } = await run(of, planOf({ samples: 2 }, { responses: null }))
    expect(stages().every(({ state }) => state === 'done')).toBe(true)
    const left = (arm: string) => items('check', arm).filter(({ status }) => status === 'ok').length
    expect(left('one')).toBeGreaterThan(0)
    expect(left('two')).toBe(0)
    expect(items('check', 'two').every(({ reason }) => reason === 'no_case_confirmed')).toBe(true)
    expect(made(of, 'one')).toHaveLength(6 * left('one'))
    expect(made(of, 'two')).toEqual([])
  })

  it('shows every stage in a dry run on three seeds', async () => {
    const of = study()
    const { id } = startTrial(of, of.studyId, { plan: planOf(), seeds: 3 })
    await runJobs(of)
    const { result } = getJob(of.db, id)
    const stages = (result?.['stages'] ?? []) as TrialStage[]
    expect(stages.map(({ stage, blocked }) => [stage, blocked])).toContainEqual(['check', null])
    expect(stages.filter(({ blocked }) => blocked !== null)).toEqual([])
    const asked = stages.find(({ stage, arm }) => stage === 'checkers' && arm === 'one')
    expect(asked?.items[0]?.raw).toContain('def evaluate')
    expect(asked?.total).toBeGreaterThan(3)
    expect(made(of, 'one')).toEqual([])
  })

  it('refuses a plan whose seeds are too few as queries, or that has no constraint', () => {
    const of = study()
    const start = (scenario: Record<string, unknown>) => () =>
      startExperiment(of, of.studyId, planOf(scenario))
    expect(start({ queries: 41 })).toThrow(/joined with 41 queries, but only \d+ of the 40/)
    expect(start({ constraints: ' \n' })).toThrow('holds no constraint')
    expect(start({ backTranslation: true })).toThrow('needs a judge model')
  })

  it('has the values of the study as its defaults', () => {
    const plan = planOf({}, { scenario: { kind: 'autoif' } })
    expect(plan.scenario).toMatchObject({
      requests: 100,
      perRequest: 50,
      samples: 8,
      accuracy: 0.8,
      queries: 16,
      seed: 0,
      backTranslation: false,
      queryScore: null,
    })
    expect(plan.arms[0]?.decoding).toMatchObject({ temperature: 0.7, topP: 0.95, maxTokens: 2048 })
    expect(plan.responses).toMatchObject({ temperature: 0 })
    expect(stagesOf(plan).map(({ id }) => id)).toEqual([
      'queries',
      'augment',
      'constraints',
      'checkers',
      'check',
      'equal',
      'join',
      'respond-join',
    ])
  })
})
