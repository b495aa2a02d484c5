import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { backends } from '@/db/schema'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { promptDraftSchema, promptTrialSchema, type TrialReply } from '@/lib/contracts/prompts'
import { judgeLevel } from '@/lib/prompts/judge-level'
import { agreement } from '@/lib/services/agreement'
import { columnReader, listColumns } from '@/lib/services/columns'
import { startRuns } from '@/lib/services/runs/compute'
import { getRunCard } from '@/lib/services/runs/cards'
import { getStudyFigure, listStudyFigures } from '@/lib/services/figures'
import { savePrompt } from '@/lib/services/prompts'
import { previewRows } from '@/lib/services/prompts/trial'
import { columnHistogram } from '@/lib/services/rows'
import { selectRows } from '@/lib/services/rows/select'
import { BackendPool } from '@/lib/worker/backend-pool'
import { JOB_KINDS } from '@/lib/worker/handlers'
import { claim } from '@/lib/queue/leases'
import { enqueue, getJob } from '@/lib/queue/queue'
import { runJob } from '@/lib/worker/run-job'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'

const OWNER = 'test-worker'
const ROWS = 24
let study: TestStudy

beforeEach(() => {
  study = testStudy(ROWS)
})
afterEach(() => study.close())

async function work(): Promise<void> {
  const { db, config } = study
  const pool = new BackendPool(db, config)
  const kinds = JOB_KINDS.map((kind) => kind.kind)
  for (let row = claim(db, OWNER, kinds); row; row = claim(db, OWNER, kinds)) {
    const kind = JOB_KINDS.find((entry) => entry.kind === row?.kind)
    if (!kind) throw new Error('no such kind')
    await runJob({ db, config, pool, owner: OWNER }, kind, row, new AbortController().signal)
  }
  await pool.closeAll()
}

/** Runs a metric with these parameters to its end and returns its run. */
async function compute(metric: string, params: Record<string, unknown>, more: object = {}) {
  const request = computeRequestSchema.parse({
    metrics: [{ metric, params }],
    backends: { [metric]: 'fake' },
    ...more,
  })
  const { runs, blocked } = startRuns(study, study.studyId, request)
  expect(blocked).toEqual([])
  await work()
  return runs[0] as (typeof runs)[0]
}

function rubric(name: string, template: string, scale: object) {
  const draft = promptDraftSchema.parse({ promptId: null, name, template, scale })
  return savePrompt(study.db, draft).versions[0]?.params as Record<string, unknown>
}

describe('rubrics as metrics', () => {
  it('make columns of their own, which tables, filters, figures and comparisons read', async () => {
    const { db, studyId } = study
    const tone = rubric('Tone', 'Rate from 1 to 5: {instruction}', {
      kind: 'integers',
      min: 1,
      max: 5,
    })
    const depth = rubric('Depth', 'very easy or not? {instruction} {parent}', {
      kind: 'labels',
      labels: ['very easy', 'easy', 'medium', 'hard', 'very hard'],
    })
    const first = await compute('rubric', tone)
    const second = await compute('rubric', depth)
    expect(first.metricLabel).toBe('Tone')
    expect(first.pinned && second.pinned).toBe(true)
    // Only evolved rows have the parent that the second one asks about.
    expect([first.total, second.total]).toEqual([2 * ROWS, ROWS])

    const columns = listColumns(db, studyId)
    const own = columns.filter((column) => column.metric.startsWith('rubric_'))
    expect(
      own.map(({ label, shape, levels, isDefault }) => [label, shape, levels?.length, isDefault]),
    ).toEqual([
      ['Tone', 'scalar', undefined, true],
      ['Depth', 'enum', 5, true],
    ])
    const id = own[0]?.id ?? ''
    const histogram = await columnHistogram(db, studyId, id, rowFilterSchema.parse({}))
    expect(histogram.n).toBe(2 * ROWS)
    const ranges = [{ column: id, min: 3, max: 5 }]
    const kept = selectRows(db, studyId, rowFilterSchema.parse({ ranges }))
    const rows = [...kept.values()].reduce((sum, list) => sum + list.length, 0)
    expect(rows).toBeGreaterThan(0)
    expect(rows).toBeLessThan(2 * ROWS)
    expect(columnReader(db, studyId).runOf(id)?.id).toBe(first.id)

    const figureId = 'scores-over-rounds'
    const figures = listStudyFigures(db, studyId)
    const measure = figures.find((one) => one.id === figureId)?.options[0]
    expect(measure?.choices.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['Depth', 'Tone']),
    )
    const filter = rowFilterSchema.parse({})
    const request = { figureId, options: { measure: id }, filter }
    const drawn = await getStudyFigure(db, studyId, request)
    expect(drawn.prepared).toMatchObject({ measure: 'Tone', column: id })
    expect(drawn.cards).toMatchObject([{ runId: first.id }])
  })

  it('carry their text on the card, and are extended by the same rubric only', async () => {
    const params = rubric('Tone', 'Rate from 1 to 5: {instruction}', {
      kind: 'integers',
      min: 1,
      max: 5,
    })
    const run = await compute('rubric', params, { cellIds: [study.seedCell] })
    const card = getRunCard(study.db, run.id)
    expect(card.metric?.id).toBe('rubric')
    expect(card.prompts[0]).toMatchObject({ text: 'Rate from 1 to 5: {instruction}' })
    expect(card.prompts[0]?.name).toBe('Tone, own 1')
    const again = await compute('rubric', params)
    expect(again.id).toBe(run.id)
    const other = await compute('rubric', { ...params, temperature: 0.5 })
    expect(other.id).not.toBe(run.id)
    expect(other.metric).toBe(run.metric)
    expect(other.pinned).toBe(false)
  })
})

describe('repeated judging', () => {
  it('asks again with another seed, and agreement says how alike the answers are', async () => {
    const sampled = { temperature: 1 }
    const rowSet = { kind: 'sample', slots: 10, seed: 3 }
    const one = await compute('difficulty_level', sampled, { rowSet })
    const two = await compute('difficulty_level', { ...sampled, repeat: 1 }, { rowSet })
    expect(two.id).not.toBe(one.id)
    const { report } = await agreement(study.db, study.studyId, [one.id, two.id])
    expect(report).toMatchObject({ differs: ['repeat'], n: 20, clusters: 10 })
    expect(report?.kappa?.value).toBeGreaterThan(-1)
    expect(report?.kappa?.value).toBeLessThanOrEqual(1)
  })

  it('settles what the backend can do before it becomes part of the definition', async () => {
    const untested = await compute('difficulty_level', {})
    expect(untested.definition.params).toMatchObject({ constrained: 'always', promptText: '' })
    // The probe that this run asked for has been made by now and says the same.
    expect((await compute('difficulty_level', {})).id).toBe(untested.id)
    const stored = study.db.select().from(backends).where(eq(backends.id, 'fake')).get()
    if (!stored?.probe) throw new Error('the backend was not probed')
    const state = (is: 'yes' | 'no') => ({ state: is })
    const capabilities = { chat: state('yes'), structured: state('no') }
    const probe = { ...stored.probe, capabilities }
    study.db.update(backends).set({ probe }).where(eq(backends.id, 'fake')).run()
    const { definition } = await compute('difficulty_level', {})
    expect(definition.params).toMatchObject({ constrained: 'never' })
    const own = await compute('difficulty_level', { promptText: judgeLevel.template })
    expect(own.definition.params).toEqual(definition.params)
    expect(own.definition.prompts).toEqual(definition.prompts)
  })
})

describe('trials of a prompt', () => {
  const trial = async (more: object) => {
    const rows = previewRows(study.db, study.studyId, 5, 1)
    const payload = promptTrialSchema.parse({
      studyId: study.studyId,
      backendId: 'fake',
      rows: rows.map(({ cellId, idx }) => ({ cellId, idx })),
      ...more,
    })
    const { id } = enqueue(study.db, { kind: 'try-prompt', payload, names: { backend: 'Fake' } })
    await work()
    const job = getJob(study.db, id)
    return { job, replies: (job.result?.['replies'] ?? []) as TrialReply[] }
  }

  it('show five rows of different cells with what placeholders may hold', () => {
    const rows = previewRows(study.db, study.studyId, 5, 1)
    expect(rows).toHaveLength(5)
    expect(new Set(rows.map((row) => `${row.cellId}/${row.idx}`)).size).toBe(5)
    expect(new Set(rows.map((row) => row.cellId)).size).toBe(2)
    expect(rows.filter((row) => row.cellId === study.childCell).every((row) => row.parent)).toBe(
      true,
    )
    expect(previewRows(study.db, study.studyId, 5, 1)).toEqual(rows)
    expect(previewRows(study.db, study.studyId, 5, 2)).not.toEqual(rows)
  })

  it('ask a judge, and show reply and value side by side', async () => {
    const { replies } = await trial({
      promptId: 'judge-level',
      template: 'Task:\n{instruction}\n\nvery easy to very hard?',
    })
    expect(replies).toHaveLength(5)
    for (const reply of replies) {
      expect(reply.status).toBe('ok')
      expect(reply.value).toMatch(/^[1-5], (very )?(easy|medium|hard)$/)
      expect(reply.reply).toContain((reply.value ?? '').split(', ')[1])
    }
  })

  it('ask a rubric that is not stored yet, and an operator', async () => {
    const { replies } = await trial({
      promptId: null,
      template: 'Rate from 1 to 4: {instruction}',
      scale: { kind: 'integers', min: 1, max: 4 },
    })
    expect(replies.map((reply) => reply.status)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
    const evolved = await trial({
      promptId: 'evolve-deepen',
      template: 'Write the next task after "{instruction}".',
    })
    expect(evolved.replies.every((reply) => (reply.reply ?? '').length > 0)).toBe(true)
  })

  it('fail with the reason when the text cannot be used', async () => {
    const { job } = await trial({ promptId: 'judge-level', template: 'No placeholder' })
    expect(job.state).toBe('failed')
    expect(job.error).toContain('{instruction}')
  })
})
