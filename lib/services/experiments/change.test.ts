import { afterEach, describe, expect, it } from 'vitest'
import { and, eq } from 'drizzle-orm'
import { cells, responses, stageItems } from '@/db/schema'
import { planTrialSchema } from '@/lib/contracts/experiment'
import { promptDraftSchema } from '@/lib/contracts/prompts'
import { statusCode } from '@/lib/contracts/status'
import { getJob } from '@/lib/queue/queue'
import { currentCells } from '@/lib/services/cells'
import { listResponseSets } from '@/lib/services/responses'
import { savePrompt } from '@/lib/services/prompts'
import { madeBy, TEST_ARM, testPlan } from '@/lib/testing/experiments'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'
import { changePlan } from './change'
import { startTrial } from './trial'
import { getExperiment, retryStage, startExperiment } from '.'

const ROWS = 23
let study: TestStudy
afterEach(() => study.close())

async function begun(changes: Record<string, unknown>) {
  study = testStudy(ROWS)
  const plan = testPlan(changes)
  const { id } = startExperiment(study, study.studyId, plan)
  await runJobs(study)
  const change = (more: Record<string, unknown>) =>
    changePlan(study, study.studyId, id, testPlan({ ...changes, ...more }))
  return { id, change }
}

interface MadeRow {
  round: number
  idx: number
  instruction: string
  parent_idx: number
  operator: string
  text: string | null
}
const rowsOf = (key: string, round: number) =>
  (madeBy(study, key) as MadeRow[]).filter((row) => row.round === round)

describe('a changed plan', () => {
  const small = { arms: [TEST_ARM], seeds: { rows: 5, seed: 3 } }

  it('adds seeds, a round and an evolver, and asks only what is new', async () => {
    const { change } = await begun(small)
    const before = rowsOf('one', 1)
    const more = { key: 'two', label: 'Two', backend: 'fake', decoding: { seed: 9 } }
    change({
      seeds: { rows: 8, seed: 3 },
      arms: [TEST_ARM, more],
      scenario: { kind: 'evol-instruct', rounds: 3 },
    })
    await runJobs(study)
    const after = rowsOf('one', 1)
    expect(after).toHaveLength(8)
    const texts = new Map(after.map((row) => [row.parent_idx, row.instruction]))
    for (const row of before) expect(texts.get(row.parent_idx)).toBe(row.instruction)
    expect(rowsOf('one', 3)).toHaveLength(8)
    expect(rowsOf('two', 3)).toHaveLength(8)
    expect((madeBy(study, 'one') as MadeRow[]).every(({ text }) => text !== null)).toBe(true)
    const revisions = currentCells(study.db, study.studyId).filter(({ armKey }) => armKey === 'one')
    expect(revisions.map(({ round, revision }) => [round, revision])).toEqual([
      [1, 2],
      [2, 2],
      [3, 1],
    ])
    // Rows that were there stay as they were asked the first time.
    const asked = study.db.select({ attempt: stageItems.attempt }).from(stageItems).all()
    expect(asked.every(({ attempt }) => attempt === 1)).toBe(true)
  })

  it('takes other operators for one seed set and leaves files that do not change', async () => {
    const { change } = await begun({ arms: [TEST_ARM], responses: null })
    const published = () => study.db.select({ id: cells.id }).from(cells).all().length
    const before = published()
    change({ responses: null, budget: { tokens: 1_000_000 } })
    await runJobs(study)
    expect(published()).toBe(before)
    change({ scenario: { kind: 'evol-instruct', rounds: 2, breadth: ['general'] } })
    await runJobs(study)
    expect(rowsOf('one', 1).map(({ operator }) => operator)[4]).toBe('breadth')
    expect(published()).toBe(before + 2)
  })

  it('refuses what would leave rows without their plan', async () => {
    const { change, id } = await begun(small)
    expect(() => change({ arms: [{ ...TEST_ARM, key: 'other' }] })).toThrow('must stay in the plan')
    expect(() => change({ arms: [{ ...TEST_ARM, decoding: { seed: 2 } }] })).toThrow(
      'cannot change',
    )
    expect(() => change({ seeds: { rows: 4, seed: 3 } })).toThrow('only be added')
    expect(() => change({ seeds: { rows: 8, seed: 4 } })).toThrow('only be added')
    expect(getExperiment(study.db, study.studyId, id).plan).toEqual(testPlan(small))
  })
})

describe('responses of an experiment', () => {
  it('are written for seeds whose file brought none', async () => {
    study = testStudy(ROWS)
    study.db.update(responses).set({ text: null }).where(eq(responses.setNo, 1)).run()
    const { id } = startExperiment(study, study.studyId, testPlan({ arms: [TEST_ARM] }))
    await runJobs(study)
    const { stages } = getExperiment(study.db, study.studyId, id)
    expect(stages.find(({ stage }) => stage === 'respond-seeds')).toMatchObject({
      total: ROWS,
      counts: { ok: ROWS },
    })
  })

  it('are asked and drawn as the plan says, each row by a number of its own', async () => {
    const settings = { backend: 'fake', maxTokens: 64 }
    const { id, change } = await begun({ arms: [TEST_ARM], responses: settings })
    const [greedy] = listResponseSets(study.db, study.studyId)
    change({
      arms: [TEST_ARM],
      responses: { ...settings, mode: 'chat', temperature: 0.9, topP: 0.8, seed: 4 },
    })
    await runJobs(study)
    const [drawn] = listResponseSets(study.db, study.studyId)
    expect([greedy?.label, drawn?.label]).toEqual([
      'Fake, greedy',
      'Fake, temperature 0.9, as a chat',
    ])
    expect(drawn?.definition).toMatchObject({
      mode: 'chat',
      decoding: { temperature: 0.9, topP: 0.8, seed: 4, maxTokens: 64 },
    })
    expect(drawn?.files.map(({ isCurrent }) => isCurrent)).toEqual([true, true])
    const { stages } = getExperiment(study.db, study.studyId, id)
    expect(stages.find(({ stage }) => stage === 'respond-round-1')?.counts.ok).toBe(ROWS)
  })

  it('have a funnel, and those that failed are asked for again', async () => {
    const { id } = await begun({ arms: [TEST_ARM] })
    const stageOf = () =>
      getExperiment(study.db, study.studyId, id).stages.find(
        ({ stage }) => stage === 'respond-round-1',
      )
    expect(stageOf()).toMatchObject({ total: ROWS, isRetryable: false })
    const ok = stageOf()?.counts.ok ?? 0
    expect(ok + (stageOf()?.counts.failed ?? 0)).toBe(ROWS)
    const [cell] = currentCells(study.db, study.studyId).filter((one) => one.armKey === 'one')
    const set = study.db.$client
      .prepare('select no from response_sets where cell_no = ?')
      .pluck()
      .get(cell?.no) as number
    study.db
      .update(responses)
      .set({ status: statusCode('error'), text: null, finishReason: 'error' })
      .where(and(eq(responses.setNo, set), eq(responses.idx, 3)))
      .run()
    expect(stageOf()).toMatchObject({
      isRetryable: true,
      counts: { ok: ok - 1 },
    })
    expect(stageOf()?.reasons).toContainEqual({
      status: 'failed',
      reason: 'error',
      count: 1,
      examples: [{ key: 'row 3', raw: '' }],
    })
    retryStage(study.db, study.studyId, id, { arm: 'one', stage: 'respond-round-1' })
    await runJobs(study)
    expect(stageOf()).toMatchObject({ state: 'done', counts: { ok, failed: 0 } })
  })
})

describe('a trial of a plan', () => {
  it('shows prompts, replies and what the whole plan takes, and leaves nothing in the study', async () => {
    study = testStudy(ROWS)
    const mine = promptDraftSchema.parse({
      promptId: 'evolve-deepen',
      template: 'MINE: next task after "{instruction}".',
    })
    const hash = savePrompt(study.db, mine).versions[0]?.hash ?? ''
    const plan = testPlan({
      scenario: { kind: 'evol-instruct', rounds: 3 },
      arms: [{ ...TEST_ARM, prompts: { 'evolve-deepen': hash } }],
    })
    const before = study.db.$client.prepare('select count(*) from rows').pluck().get()
    const job = startTrial(study, study.studyId, { plan, seeds: 3 })
    await runJobs(study)
    const trial = planTrialSchema.parse(getJob(study.db, job.id).result)
    expect(trial).toMatchObject({ seeds: 3, allSeeds: ROWS })
    expect(trial.stages.map(({ stage, asked, total }) => [stage, asked, total])).toEqual([
      ['round-1', 3, ROWS],
      ['round-2', 3, ROWS],
      ['round-3', 3, ROWS],
      // The seeds came with responses.
      ['respond-seeds', 0, 0],
      ['respond-round-1', 3, ROWS],
      ['respond-round-2', 3, ROWS],
      ['respond-round-3', 3, ROWS],
    ])
    const [first, second, third] = trial.stages
    // Of 23 seeds those in the middle of each third; operators rotate by row and round.
    expect(first?.items.map(({ key }) => key)).toEqual(['general:3', 'general:11', 'general:19'])
    const isMine = ({ prompt }: { prompt: string | null }) => prompt?.startsWith('MINE: ')
    expect(second?.items.some(isMine)).toBe(false)
    expect(third?.items.every(isMine)).toBe(true)
    expect(first?.items[0]?.raw).not.toBe('')
    expect(second?.items[0]?.prompt).toContain(first?.items[0]?.raw?.trim())
    expect(first?.meter.requests).toBe(ROWS)
    expect(trial.secondsHigh).toBeGreaterThanOrEqual(trial.secondsLow)
    expect(trial.tokens).toBeGreaterThan(0)
    expect(study.db.$client.prepare('select count(*) from rows').pluck().get()).toBe(before)
    for (const table of ['experiments', 'stages', 'stage_items']) {
      expect(study.db.$client.prepare(`select count(*) from ${table}`).pluck().get()).toBe(0)
    }
  })
})
