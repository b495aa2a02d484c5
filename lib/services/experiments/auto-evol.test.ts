import { describe, expect, it, onTestFinished } from 'vitest'
import { and, eq } from 'drizzle-orm'
import { stageItems } from '@/db/schema'
import { promptVersionSchema, type Plan, type TrialStage } from '@/lib/contracts/experiment'
import { emptyFilter } from '@/lib/contracts/filter'
import { methodRarefaction } from '@/lib/figures/method-rarefaction'
import { getJob } from '@/lib/queue/queue'
import { currentCells, getCell } from '@/lib/services/cells'
import { getStudyFigure } from '@/lib/services/figures'
import { listColumns } from '@/lib/services/columns'
import { isDone, madeBy, runWithStops, TEST_ARM, testPlan } from '@/lib/testing/experiments'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'
import { experimentRow, itemsOf, placedStage } from './records'
import { startTrial } from './trial'
import { getExperiment, retryStage, startExperiment } from '.'

const ROWS = 23
function study(config: Record<string, unknown> = {}): TestStudy {
  const opened = testStudy(ROWS, config)
  onTestFinished(() => opened.close())
  return opened
}

function planOf(
  scenario: Record<string, unknown> = {},
  changes: Record<string, unknown> = {},
): Plan {
  return testPlan({
    scenario: { kind: 'auto-evol', ...scenario },
    judge: { backend: 'fake' },
    ...changes,
  })
}

interface MadeRow {
  idx: number
  parent_idx: number
  operator: string
  instruction: string
  text: string | null
}
const made = (of: TestStudy, key: string) => madeBy(of, key) as MadeRow[]

function extras(of: TestStudy, key: string): Record<string, unknown>[] {
  const cell = currentCells(of.db, of.studyId).find(({ armKey }) => armKey === key)
  const rows = of.db.$client
    .prepare('select extra from rows where cell_no = ? order by idx')
    .all(cell?.no) as { extra: string }[]
  return rows.map(({ extra }) => JSON.parse(extra) as Record<string, unknown>)
}

/** As if the reply to some seeds could not be read. */
function spoil(of: TestStudy, id: string, arm: string, keys: readonly string[]) {
  const { row } = placedStage(of.db, experimentRow(of.db, id), arm, 'evolve')
  for (const key of keys) {
    of.db
      .update(stageItems)
      .set({ status: 'failed', reason: 'no_final_header' })
      .where(and(eq(stageItems.stageNo, row.no), eq(stageItems.key, key)))
      .run()
  }
}

const stageOf = (of: TestStudy, id: string, stage: string, arm = '') =>
  getExperiment(of.db, of.studyId, id).stages.find((one) => one.stage === stage && one.arm === arm)

/** Runs a plan, spoils some replies, and runs what was made of them again. */
async function runSpoiled(
  of: TestStudy,
  plan: Plan,
  keys: Record<string, string[]>,
  next: { arm: string; stage: string },
) {
  const { id } = startExperiment(of, of.studyId, plan)
  await runJobs(of)
  for (const [arm, spoiled] of Object.entries(keys)) spoil(of, id, arm, spoiled)
  retryStage(of.db, of.studyId, id, next)
  await runJobs(of)
  return id
}

describe('an Auto Evol-Instruct experiment', () => {
  it('goes from seeds to answered rows with methods, plan and a column of phrases', async () => {
    const of = study()
    const { id } = startExperiment(of, of.studyId, planOf())
    await runJobs(of)
    expect(isDone(of, id)).toBe(true)
    const rows = made(of, 'one')
    expect(rows).toHaveLength(ROWS)
    expect(rows.every(({ operator, text }) => operator === 'auto' && text)).toBe(true)
    expect(rows.map((row) => row.parent_idx)).toEqual(rows.map(({ idx }) => idx))
    const [first = {}] = extras(of, 'one')
    expect(first['methods']).toHaveLength(2)
    expect(first['method_phrases']).toHaveLength(2)
    expect(first['plan']).not.toBe('')
    const cell = getCell(
      of.db,
      of.studyId,
      currentCells(of.db, of.studyId).find(({ armKey }) => armKey === 'one')?.id ?? '',
    )
    const column = listColumns(of.db, of.studyId).find(({ label }) => label === 'method_phrases')
    expect(column).toMatchObject({ shape: 'tags' })
    const { table, prepared } = await getStudyFigure(of.db, of.studyId, {
      figureId: 'method-rarefaction',
      options: {},
      filter: emptyFilter(),
    })
    expect(column?.id).toBe(methodRarefaction.typed.options.parse({}).column)
    // The curve ends at all different phrases of all rows.
    const phrases = new Set(extras(of, 'one').flatMap((row) => row['method_phrases'] as string[]))
    const ends = table.rows.filter(({ arm, rows: n }) => arm === 'One' && n === ROWS)
    expect(ends).toEqual([expect.objectContaining({ expected: phrases.size, round: 1 })])
    expect(prepared.conflicts).toEqual([])
    const runs = of.db.$client
      .prepare(
        'select run_no from run_cells join runs on no = run_no where metric_id like ? group by 1',
      )
      .all('imported_column%')
    // Both evolvers' phrases are of one judge model, so of one definition.
    expect(runs).toHaveLength(1)
    const stored = of.db.$client.prepare('select source from cells where no = ?').get(cell.no) as {
      source: string
    }
    expect(stored.source).toContain('evolve-auto')
    expect(stored.source).toContain('evolve-keywords')
    const arm = of.db.$client.prepare("select model from arms where key = 'one'").get()
    expect(arm).not.toEqual({ model: null })
  })

  it('keeps the same seeds of every evolver, drawn by the seed', async () => {
    const of = study()
    const id = await runSpoiled(
      of,
      planOf({ draw: 10, seed: 4 }),
      {
        one: ['general:3'],
        two: ['general:5', 'general:6'],
      },
      { arm: '', stage: 'equal' },
    )
    expect(stageOf(of, id, 'equal')).toMatchObject({ counts: { ok: 10, dropped: ROWS - 10 } })
    const parents = (key: string) => made(of, key).map((row) => row.parent_idx)
    expect(parents('one')).toHaveLength(10)
    expect(parents('two')).toEqual(parents('one'))
    for (const idx of [3, 5, 6]) expect(parents('one')).not.toContain(idx)
    const { row } = placedStage(of.db, experimentRow(of.db, id), '', 'equal')
    expect(itemsOf(of.db, row.no)[5]).toMatchObject({ reason: 'not_of_all', value: ['two'] })
  })

  it('keeps the place of a row without its last header, which is asked again on request', async () => {
    const of = study()
    const plan = planOf({ equal: false }, { arms: [TEST_ARM], responses: null })
    const id = await runSpoiled(of, plan, { one: ['general:3'] }, { arm: 'one', stage: 'keywords' })
    const rows = made(of, 'one')
    expect(rows).toHaveLength(ROWS)
    expect(rows[3]).toMatchObject({ idx: 3, parent_idx: 3, instruction: '' })
    expect(extras(of, 'one')[3]).toMatchObject({ evolution_status: 'no_final_header' })
    expect(stageOf(of, id, 'rows', 'one')).toMatchObject({ counts: { ok: ROWS - 1, failed: 1 } })
    retryStage(of.db, of.studyId, id, { arm: 'one', stage: 'evolve' })
    await runJobs(of)
    expect(made(of, 'one')[3]?.instruction).not.toBe('')
    const current = currentCells(of.db, of.studyId).find(({ armKey }) => armKey === 'one')
    expect(current?.revision).toBe(3)
    const valued = of.db.$client
      .prepare('select valued from run_cells where cell_no = ?')
      .get(current?.no)
    expect(valued).toEqual({ valued: ROWS })
  })

  it('ends the same when it was stopped at any moment', async () => {
    const calm = study({ latencyMs: 2 })
    startExperiment(calm, calm.studyId, planOf())
    await runJobs(calm)
    const of = study({ latencyMs: 2 })
    const { id } = startExperiment(of, of.studyId, planOf())
    expect(await runWithStops(of, id)).toBeGreaterThan(3)
    expect(isDone(of, id)).toBe(true)
    for (const key of ['one', 'two']) {
      expect(made(of, key)).toEqual(made(calm, key))
      expect(extras(of, key)).toEqual(extras(calm, key))
    }
  })

  it('is refused without a judge model, and runs without phrases', async () => {
    const of = study()
    const noJudge = { judge: null, responses: null }
    expect(() => startExperiment(of, of.studyId, planOf({}, noJudge))).toThrow('judge model')
    const { id } = startExperiment(of, of.studyId, planOf({ keywords: false }, noJudge))
    await runJobs(of)
    expect(isDone(of, id)).toBe(true)
    expect(extras(of, 'one')[0]).not.toHaveProperty('method_phrases')
  })

  it('optimises the prompt before the pass, and says which one the pass sent', async () => {
    const of = study({ latencyMs: 1 })
    const optimise = { optimiseSteps: 2, candidates: 2, batch: 2, development: 3 }
    const plan = planOf(optimise, { responses: null })
    const { id } = startExperiment(of, of.studyId, plan)
    await runWithStops(of, id)
    expect(isDone(of, id)).toBe(true)
    const chosen = placedStage(of.db, experimentRow(of.db, id), 'one', 'prompt-2')
    const [version] = itemsOf(of.db, chosen.row.no).filter(({ status }) => status === 'ok')
    const { row } = placedStage(of.db, experimentRow(of.db, id), 'one', 'evolve')
    const { hash } = promptVersionSchema.parse(version?.value)
    expect(row.definition).toMatchObject({ prompts: [{ id: 'evolve-auto', hash }] })
    expect(made(of, 'one')).toHaveLength(ROWS)
  })

  it('is tried on a few seeds', async () => {
    const of = study()
    const job = startTrial(of, of.studyId, { plan: planOf({ optimiseSteps: 1 }), seeds: 2 })
    await runJobs(of)
    const { result } = getJob(of.db, job.id)
    const stages = (result as { stages: TrialStage[] }).stages
    expect(stages.filter(({ blocked }) => blocked !== null)).toEqual([])
    const evolve = stages.find(({ stage, arm }) => stage === 'evolve' && arm === 'one')
    expect(evolve).toMatchObject({ asked: 2, total: ROWS })
  })
})
