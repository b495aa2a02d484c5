import { afterEach, describe, expect, it } from 'vitest'
import { and, eq } from 'drizzle-orm'
import { backends, stageItems, stages } from '@/db/schema'
import { clockAt } from '@/lib/backends/session/clock'
import { planSchema } from '@/lib/contracts/experiment'
import { resumeJob } from '@/lib/queue/queue'
import { currentCells } from '@/lib/services/cells'
import { FaultyServer } from '@/lib/testing/faults/kit'
import { isDone, madeBy, runWithStops, TEST_ARM, testPlan } from '@/lib/testing/experiments'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'
import { itemsOf, placedStages, experimentRow } from './records'
import { parsePlanFile, planText } from './plan-file'
import { getExperiment, listItems, retryStage, startExperiment } from '.'

const ROWS = 23
const open: TestStudy[] = []
afterEach(() => {
  for (const study of open.splice(0)) study.close()
})

function study(config: Record<string, unknown> = {}): TestStudy {
  const made = testStudy(ROWS, config)
  open.push(made)
  return made
}

describe('an Evol-Instruct experiment', () => {
  it('runs every stage of every arm and leaves files, parents, operators and responses', async () => {
    const of = study()
    const { id } = startExperiment(of, of.studyId, testPlan())
    await runJobs(of)
    const { stages: found } = getExperiment(of.db, of.studyId, id)
    expect(found.map(({ arm, stage, state }) => [arm, stage, state])).toEqual([
      ['one', 'round-1', 'done'],
      ['two', 'round-1', 'done'],
      ['one', 'round-2', 'done'],
      ['two', 'round-2', 'done'],
      ['', 'respond-seeds', 'done'],
      ['one', 'respond-round-1', 'done'],
      ['two', 'respond-round-1', 'done'],
      ['one', 'respond-round-2', 'done'],
      ['two', 'respond-round-2', 'done'],
    ])
    expect(found[0]).toMatchObject({ total: ROWS, counts: { ok: ROWS, failed: 0 } })
    const rows = madeBy(of, 'one') as {
      round: number
      idx: number
      operator: string
      text: string
    }[]
    expect(rows).toHaveLength(2 * ROWS)
    expect(rows.slice(0, 5).map(({ operator }) => operator)).toEqual([
      'constraints',
      'deepen',
      'concretizing',
      'reasoning',
      'constraints',
    ])
    expect(rows[ROWS]).toMatchObject({ round: 2, idx: 0, slot: 0, operator: 'deepen' })
    expect(rows.every(({ text }) => text.length > 0)).toBe(true)
    expect(madeBy(of, 'two')).not.toEqual(madeBy(of, 'one'))
  })

  it('keeps the replies that come while others are being written', async () => {
    // Longer than the second after which items are written.
    const of = study({ latencyMs: 300 })
    const plan = testPlan({ arms: [TEST_ARM], responses: null })
    const { id } = startExperiment(of, of.studyId, plan)
    await runJobs(of)
    const { stages: found } = getExperiment(of.db, of.studyId, id)
    expect(found.map(({ counts }) => counts.ok)).toEqual([ROWS, ROWS])
  })

  it('ends the same when it was stopped at any moment', async () => {
    const calm = study({ latencyMs: 2 })
    startExperiment(calm, calm.studyId, testPlan())
    await runJobs(calm)
    const of = study({ latencyMs: 2 })
    const { id } = startExperiment(of, of.studyId, testPlan())
    expect(await runWithStops(of, id)).toBeGreaterThan(3)
    expect(isDone(of, id)).toBe(true)
    for (const key of ['one', 'two']) expect(madeBy(of, key)).toEqual(madeBy(calm, key))
  })

  it('evolves a seeded sample, whose operators are those of the whole file', async () => {
    const of = study()
    const plan = testPlan({ seeds: { rows: 5, seed: 3 }, arms: [TEST_ARM], responses: null })
    const { id } = startExperiment(of, of.studyId, plan)
    await runJobs(of)
    const chosen = experimentRow(of.db, id).seeds[0]?.rows ?? []
    expect(chosen).toHaveLength(5)
    const order = ['constraints', 'deepen', 'concretizing', 'reasoning']
    const rows = madeBy(of, 'one') as { round: number; parent_idx: number; operator: string }[]
    expect(rows.filter(({ round }) => round === 1).map((row) => row.parent_idx)).toEqual(chosen)
    expect(rows.filter(({ round }) => round === 2).map((row) => row.operator)).toEqual(
      chosen.map((idx) => order[(idx + 1) % 4]),
    )
  })

  it('keeps the place of a row that failed, with its raw reply, and asks it again on request', async () => {
    const of = study()
    const plan = testPlan({ arms: [TEST_ARM], responses: null })
    const { id } = startExperiment(of, of.studyId, plan)
    await runJobs(of)
    const stage = { arm: 'one', stage: 'round-1' }
    const [first] = placedStages(of.db, experimentRow(of.db, id))
    const no = first?.row.no ?? 0
    const before = itemsOf(of.db, no)
    expect(before.every(({ raw, value }) => raw?.trim() === value)).toBe(true)
    // As if the reply had been cut.
    const cut = { status: 'failed', reason: 'truncated', value: 'Cut' } as const
    of.db
      .update(stageItems)
      .set(cut)
      .where(and(eq(stageItems.stageNo, no), eq(stageItems.key, 'general:4')))
      .run()
    const page = { offset: 0, limit: 10 }
    const failed = listItems(of.db, of.studyId, id, { ...stage, status: 'failed' }, page)
    expect(failed).toMatchObject({ total: 1, items: [{ key: 'general:4', position: 4 }] })
    retryStage(of.db, of.studyId, id, stage)
    await runJobs(of)
    const after = itemsOf(of.db, no)
    expect(after[4]).toMatchObject({ status: 'ok', attempt: 2 })
    expect(after[4]?.value).not.toBe('Cut')
    // Another seed, so another text; what was made of it is made anew, and only that.
    expect(after.filter((item, at) => item.value !== before[at]?.value)).toHaveLength(1)
    const cells = currentCells(of.db, of.studyId).filter(({ armKey }) => armKey === 'one')
    expect(cells.map(({ round, revision }) => [round, revision])).toEqual([
      [1, 2],
      [2, 2],
    ])
  })

  it('refuses what cannot run before anything is queued', () => {
    const of = study()
    const refused = (changes: Record<string, unknown>) => () =>
      startExperiment(of, of.studyId, testPlan(changes))
    expect(refused({ seeds: { sets: ['other'] } })).toThrow('has no seed texts')
    expect(refused({ arms: [{ ...TEST_ARM, key: 'small' }] })).toThrow('Choose another key')
    expect(refused({ arms: [{ ...TEST_ARM, backend: 'gone' }] })).toThrow('no')
    expect(refused({ arms: [{ ...TEST_ARM, prompts: { respond: 'f'.repeat(64) } }] })).toThrow(
      'version',
    )
    expect(of.db.select().from(stages).all()).toEqual([])
    expect(planSchema.safeParse({ ...testPlan(), arms: [TEST_ARM, TEST_ARM] }).success).toBe(false)
  })

  it('is written as a file that starts the same one, and reads one with the place of what is wrong', () => {
    const of = study()
    const plan = testPlan({ seeds: { rows: 5 } })
    const text = planText(of.db, plan)
    expect(text).toContain('backend: Fake')
    expect(parsePlanFile(of.db, text)).toEqual(plan)
    const wrong = (from: string, to: string) => () => parsePlanFile(of.db, text.replace(from, to))
    expect(wrong('rounds: 2', 'rounds: 20')).toThrow('at scenario.rounds')
    expect(wrong('backend: Fake', 'backend: None')).toThrow('arms.0.backend: there is no backend')
    expect(wrong('name: Trial', 'name: [Trial')).toThrow('not YAML')
  })

  it('pauses when another model answers than the one it began with', async () => {
    const of = study({ latencyMs: 20 })
    const { id } = startExperiment(of, of.studyId, testPlan({ arms: [TEST_ARM] }))
    await runJobs(of, () => (stageDone(of, id) ? 'shutdown' : null))
    of.db
      .update(backends)
      .set({ config: { latencyMs: 20, seed: 2 } })
      .where(eq(backends.id, 'fake'))
      .run()
    await runJobs(of)
    const { stages: found } = getExperiment(of.db, of.studyId, id)
    expect(found.map(({ state }) => state)).toContain('paused')
    expect(found.find(({ state }) => state === 'paused')?.job?.hold?.reason).toBe('model_changed')
  })

  it('waits for a server that dies between two stages, and goes on when it is back', async () => {
    const of = study()
    const server = new FaultyServer()
    await server.start()
    const config = { baseUrl: server.url, model: 'NAME' }
    of.db
      .insert(backends)
      .values({ id: 'server', kind: 'vllm', label: 'Server', config, createdAt: 2 })
      .run()
    const arms = [{ ...TEST_ARM, backend: 'server' }]
    const { id } = startExperiment(of, of.studyId, testPlan({ arms, responses: null }))
    const second = () => getExperiment(of.db, of.studyId, id).stages[1]
    await runJobs(of, () => (second()?.state === 'waiting' ? null : 'shutdown'))
    await server.stop()
    // Waits of seconds pass in milliseconds.
    const hasty = { clock: clockAt(200) }
    await runJobs(of, undefined, hasty)
    expect(second()).toMatchObject({ state: 'paused', job: { hold: { reason: 'backend_down' } } })
    await server.start()
    resumeJob(of.db, second()?.jobId ?? '')
    await runJobs(of, undefined, hasty)
    const { stages: found } = getExperiment(of.db, of.studyId, id)
    expect(found.map(({ counts }) => counts.ok)).toEqual([ROWS, ROWS])
    expect(madeBy(of, 'one')).toHaveLength(2 * ROWS)
    await server.stop()
  })
})

function stageDone(of: TestStudy, id: string): boolean {
  return getExperiment(of.db, of.studyId, id).stages.some(({ state }) => state === 'done')
}
