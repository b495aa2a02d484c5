import { afterEach, describe, expect, it } from 'vitest'
import { computeRequestSchema, type DryRun } from '@/lib/contracts/compute'
import { listMeasured, needsOf, parseParams } from '@/lib/metrics'
import { getJob, requestCancel } from '@/lib/queue/queue'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { realignStudy } from '@/lib/services/alignments'
import { listRuns } from '@/lib/services/runs'
import { startDryRun, startRuns } from '@/lib/services/runs/compute'
import { currentCells } from '@/lib/services/cells'
import { columnReader } from '@/lib/services/columns'
import { alpacaRows, importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { testStudy as storedStudy, type TestStudy as StoredStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'

const ADDED = 'added_words.words'

/** Metrics that ask no backend for anything. */
const alone = listMeasured().filter(
  (metric) =>
    needsOf(metric, parseParams(metric, {})).length === 0 &&
    // Of functions and tags there are none here.
    !metric.inputs.checkers &&
    !metric.inputs.tags,
)

const open: { close(): void | Promise<void> }[] = []
afterEach(async () => {
  for (const study of open.splice(0)) await study.close()
})

async function imported(): Promise<TestStudy> {
  const study = await testStudy()
  open.push(study)
  return study
}

function request(metrics: readonly string[], params: Record<string, unknown> = {}) {
  return computeRequestSchema.parse({ metrics: metrics.map((metric) => ({ metric, params })) })
}

const EVOLVED = [
  { instruction: 'One two three four', input: 'x', output: 'a' },
  { instruction: 'One', input: 'x', output: 'b' },
]
const SEEDS = [
  { instruction: 'One two', input: 'x', output: 'a' },
  { instruction: 'One two', input: 'x', output: 'b' },
]

describe('a metric of the texts alone', () => {
  it('exists', () => {
    expect(alone.map(({ id }) => id)).toContain('added_words')
  })

  it('is computed by a job where no backend is registered at all', async () => {
    const study = await imported()
    const { db, studyId } = study
    await importRows(study, 'alpaca.json', alpacaRows(5, 'seed'))
    await importRows(study, 'alpaca-iter1-small.json', alpacaRows(5, 'longer text of'))
    expect(db.$client.prepare('select count(*) from backends').pluck().get()).toBe(0)
    const ids = alone.map(({ id }) => id)
    const estimated = startDryRun(study, studyId, request(ids))
    const started = startRuns(study, studyId, request(ids))
    expect(started.blocked).toEqual([])
    await runJobs(study)
    const { dryRuns } = getJob(db, estimated.id).result as { dryRuns: DryRun[] }
    for (const estimate of dryRuns) {
      expect(estimate).toMatchObject({ backendId: null, blocked: null, cost: null, rowsDone: 0 })
      expect(Object.values(estimate.meter).every((sum) => sum === 0)).toBe(true)
      expect(estimate.sampleRows).toBeGreaterThan(0)
    }
    for (const job of started.jobs) expect(getJob(db, job.id).state).toBe('succeeded')
    const runs = listRuns(db, studyId)
    expect(runs.map(({ metric }) => metric).toSorted()).toEqual(ids.toSorted())
    for (const run of runs) {
      expect(run).toMatchObject({ backendId: null, pinned: true, cost: null })
      expect(run.definition).toMatchObject({ model: null, prompts: [] })
      expect(run.definitionHash).toMatch(/^[0-9a-f]{64}$/)
      expect(run.record).toMatchObject({ requests: 0, backendLabel: null, rows: run.total })
      // One of the five rows is of breadth, which has no word budget.
      const valued = run.metric === 'word_budget' ? run.total - 1 : run.total
      expect([run.done, run.valued]).toEqual([run.total, valued])
    }
    expect(startRuns(study, studyId, request(ids)).jobs).toEqual([])
  })

  it('counts added words by its parameter, which is part of the definition', async () => {
    const study = await imported()
    const { db, studyId } = study
    await importRows(study, 'alpaca.json', SEEDS)
    await importRows(study, 'alpaca-iter1-small.json', EVOLVED)
    // Positions are only paired where the input was carried over, so it changes afterwards.
    db.$client.prepare("update rows set input = 'x y' where instruction <> 'One two'").run()
    const start = (text: string) =>
      startRuns(study, studyId, request(['added_words'], { text })).runs[0]
    const runs = [start('with_input'), start('instruction')]
    expect(new Set(runs.map((run) => run?.definitionHash)).size).toBe(2)
    await runJobs(study)
    const cell = currentCells(db, studyId).find(({ armId }) => armId !== null)
    const reader = columnReader(db, studyId)
    const values = runs.map((run) => [...reader.read(`${ADDED}@${run?.id}`, cell!).values])
    expect(values).toEqual([
      [3, 0],
      [2, -1],
    ])
  })

  it('counts added words against the seed over several rounds', async () => {
    const study = await imported()
    const { db, studyId } = study
    await importRows(study, 'alpaca.json', SEEDS)
    await importRows(study, 'alpaca-iter1-small.json', EVOLVED)
    const later = EVOLVED.map((row) => ({ ...row, instruction: `${row.instruction} five` }))
    await importRows(study, 'alpaca-iter2-small.json', later)
    startRuns(study, studyId, request(['added_words']))
    await runJobs(study)
    const cell = currentCells(db, studyId).find(({ round }) => round === 2)
    const reader = columnReader(db, studyId)
    const values = ['words', 'seed'].map((key) => [
      ...reader.read(`added_words.${key}`, cell!).values,
    ])
    expect(values).toEqual([
      [1, 1],
      [3, 0],
    ])
  })

  it('says that rows have no parent, and is outdated once they get one', async () => {
    const study = await imported()
    const { db, studyId } = study
    await importRows(study, 'alpaca-iter1-small.json', EVOLVED)
    startRuns(study, studyId, request(['added_words']))
    await runJobs(study)
    expect(listRuns(db, studyId)[0]).toMatchObject({
      done: 2,
      valued: 0,
      record: { reasons: { no_parent: 2 } },
    })
    await importRows(study, 'alpaca.json', SEEDS)
    realignStudy(db, studyId)
    const evolved = () => getStudyDetail(db, studyId).cells.find(({ armKey }) => armKey !== null)
    expect(evolved()?.alignment).toMatchObject({ matched: 2 })
    expect(evolved()?.metrics).toMatchObject([{ metric: 'added_words', isOutdated: true }])
    startRuns(study, studyId, request(['added_words']))
    await runJobs(study)
    expect(evolved()?.metrics).toMatchObject([{ isOutdated: false, done: 2, valued: 2 }])
  })

  it('lets others have their turn, and stops when told in the middle', async () => {
    const rows = 60_000
    const study: StoredStudy = storedStudy(4)
    open.push(study)
    const { db, studyId } = study
    const add = db.$client.prepare(
      'insert into rows (cell_no, idx, slot, instruction) values (2, ?, ?, ?)',
    )
    db.transaction(() => {
      for (let idx = 4; idx < rows; idx += 1) add.run(idx, idx, `row ${idx} has some words`)
    })
    db.$client.prepare('update cells set row_count = ? where no = 2').run(rows)
    const { jobs } = startRuns(study, studyId, request(['added_words']))
    const stored = db.$client.prepare('select coalesce(sum(done), 0) from run_cells').pluck()
    await runJobs(study, () => {
      if (stored.get() === 0) return null
      requestCancel(db, jobs[0]?.id ?? '')
      return 'cancel'
    })
    expect(getJob(db, jobs[0]?.id ?? '').state).toBe('cancelled')
    const [run] = listRuns(db, studyId)
    expect(run?.done).toBeGreaterThan(0)
    expect(run?.done).toBeLessThan(rows)
  }, 60_000)
})
