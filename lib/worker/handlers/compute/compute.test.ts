import { afterEach, describe, expect, it } from 'vitest'
import { computeRequestSchema, type DryRun } from '@/lib/contracts/compute'
import { promptDraftSchema } from '@/lib/contracts/prompts'
import type { RunRecord } from '@/lib/contracts/run'
import { statusCode } from '@/lib/contracts/status'
import { getMeasured, listMeasured } from '@/lib/metrics'
import { DEPTH_ORDER } from '@/lib/prompts/operators'
import { deleteCell, restoreCell } from '@/lib/services/cells'
import { columnReader } from '@/lib/services/columns'
import { savePrompt } from '@/lib/services/prompts'
import { startDryRun, startRuns } from '@/lib/services/runs/compute'
import { deleteRun, getRun, listRuns, pinRun, restoreRun, retryRun } from '@/lib/services/runs'
import { BackendPool } from '@/lib/worker/backend-pool'
import { JOB_KINDS } from '@/lib/worker/handlers'
import { claim } from '@/lib/queue/leases'
import { getJob, requestCancel, resumeJob, retryJob } from '@/lib/queue/queue'
import { runJob, type StopReason } from '@/lib/worker/run-job'
import { storedColumns, testStudy, type TestStudy } from '@/lib/testing/job-study'

const OWNER = 'test-worker'
let study: TestStudy | undefined

afterEach(() => {
  study?.close()
  study = undefined
})

function request(metrics: string[], more: Record<string, unknown> = {}) {
  const backends = Object.fromEntries(listMeasured().map((metric) => [metric.id, 'fake']))
  return computeRequestSchema.parse({
    metrics: metrics.map((metric) => ({ metric })),
    backends,
    ...more,
  })
}

/** Runs waiting jobs one after the other, as the worker would; with `stop` one job ends at its first stored results. */
async function work(at: TestStudy, stop?: StopReason): Promise<void> {
  const done = at.db.$client.prepare('select coalesce(sum(done), 0) from run_cells').pluck()
  const pool = new BackendPool(at.db, at.config)
  const around = { db: at.db, config: at.config, pool, owner: OWNER }
  const kinds = stop ? ['compute'] : JOB_KINDS.map((kind) => kind.kind)
  for (let row = claim(at.db, OWNER, kinds); row; row = claim(at.db, OWNER, kinds)) {
    const kind = JOB_KINDS.find((entry) => entry.kind === row?.kind)
    if (!kind) throw new Error('no such kind')
    const controller = new AbortController()
    const watch = () => {
      if (stop && (done.get() as number) > 0) controller.abort(stop)
    }
    const timer = setInterval(watch, 5)
    await runJob(around, kind, row, controller.signal)
    clearInterval(timer)
    if (stop) break
  }
  await pool.closeAll()
}

describe('compute', () => {
  it('fills every output of every measured metric, with a status where there is no value', async () => {
    study = testStudy(60)
    const { db, studyId } = study
    // Those that run functions are off until they are turned on: checkers.test.ts. Those of tags and pairs: questions.test.ts.
    const on = listMeasured().filter(
      ({ inputs }) => !inputs.checkers && !inputs.tags && !inputs.partner,
    )
    const started = startRuns(study, studyId, request(on.map((metric) => metric.id)))
    expect(started.blocked).toEqual([])
    await work(study)
    for (const job of started.jobs) {
      const ended = getJob(db, job.id)
      expect([ended.title, ended.state, ended.error]).toEqual([ended.title, 'succeeded', null])
    }
    for (const run of listRuns(db, studyId)) {
      expect(run.done).toBe(run.total)
      expect(run.valued).toBeGreaterThan(0)
      const { needs } = getMeasured(run.definition.metric)
      expect(run.definition.model?.['kind'] ?? null).toBe(needs.length > 0 ? 'fake' : null)
      expect(run.pinned).toBe(true)
    }
    const stored = db.$client
      .prepare(
        'select output, status, "values" as v, width, dtype from column_chunks where output <> \'_row\'',
      )
      .all() as { output: string; status: Buffer; v: Buffer; width: number; dtype: string }[]
    expect(stored.length).toBeGreaterThan(10)
    for (const chunk of stored) {
      expect(chunk.status).toHaveLength(60)
      expect(chunk.status.includes(0)).toBe(false)
      expect(chunk.v.length).toBe(60 * chunk.width * (chunk.dtype === 'f32' ? 4 : 8))
    }
  })

  it('does only what is missing when asked again, and nothing when all is there', async () => {
    study = testStudy(30)
    const { db, studyId, seedCell } = study
    const first = startRuns(study, studyId, request(['difficulty_score'], { cellIds: [seedCell] }))
    await work(study)
    const again = startRuns(study, studyId, request(['difficulty_score']))
    expect(again.runs[0]?.id).toBe(first.runs[0]?.id)
    expect(again.jobs[0]?.progress.total).toBe(30)
    await work(study)
    expect(getRun(db, again.runs[0]?.id ?? '')).toMatchObject({ total: 60, done: 60 })
    expect(startRuns(study, studyId, request(['difficulty_score'])).jobs).toEqual([])
  })

  it('goes on with a run that was made before its backend was tested', async () => {
    study = testStudy(12)
    const { db, studyId } = study
    const first = startRuns(study, studyId, request(['difficulty_score']))
    expect(first.runs[0]?.definition.model).toEqual({ pending: 'fake' })
    db.$client.prepare("update jobs set state = 'paused' where kind = 'compute'").run()
    await work(study)
    const again = startRuns(study, studyId, request(['difficulty_score']))
    expect(again.runs[0]?.id).toBe(first.runs[0]?.id)
    expect(again.jobs[0]?.id).toBe(first.jobs[0]?.id)
    await work(study)
    expect(listRuns(db, studyId)).toHaveLength(1)
    expect(getRun(db, first.runs[0]?.id ?? '').definition.model).toMatchObject({ model: 'fake-1' })
  })

  it('takes the same seeded slots on every arm for a sample, and leaves the rest not run', async () => {
    study = testStudy(50)
    const { db, studyId } = study
    const rowSet = { kind: 'sample', slots: 8, seed: 3 }
    const { runs } = startRuns(study, studyId, request(['difficulty_score'], { rowSet }))
    expect(runs[0]?.total).toBe(16)
    await work(study)
    const statuses = db.$client
      .prepare("select status from column_chunks where output = '_row' order by cell_no")
      .pluck()
      .all() as Buffer[]
    const chosen = statuses.map((bytes) =>
      [...bytes].flatMap((code, idx) => (code === 255 ? [] : [idx])),
    )
    expect(chosen[0]).toHaveLength(8)
    expect(chosen[1]).toEqual(chosen[0])
  })

  it('goes on after a stop without doing rows twice, and ends like an undisturbed run', async () => {
    study = testStudy(120, { latencyMs: 15, concurrency: 2 })
    const { db, studyId } = study
    const { jobs, runs } = startRuns(study, studyId, request(['difficulty_score']))
    await work(study, 'pause')
    const paused = getJob(db, jobs[0]?.id ?? '')
    expect(paused.state).toBe('paused')
    const part = getRun(db, runs[0]?.id ?? '')
    expect(part.done).toBeGreaterThan(0)
    expect(part.done).toBeLessThan(part.total)
    resumeJob(db, paused.id)
    await work(study)
    expect(getRun(db, runs[0]?.id ?? '').done).toBe(240)
    const undisturbed = testStudy(120)
    startRuns(undisturbed, studyId, request(['difficulty_score']))
    await work(undisturbed)
    expect(storedColumns(db)).toEqual(storedColumns(undisturbed.db))
    undisturbed.close()
  })

  it('keeps the reason of rows that fail and redoes only them', async () => {
    study = testStudy(40, { failMarker: 'number 7' })
    const { db, studyId, seedCell } = study
    const { jobs, runs } = startRuns(
      study,
      studyId,
      request(['difficulty_score'], { cellIds: [seedCell] }),
    )
    await work(study)
    const job = getJob(db, jobs[0]?.id ?? '')
    expect(job.state).toBe('succeeded')
    expect(job.progress.reasons.error).toMatchObject({ count: 1 })
    expect(job.progress.reasons.error?.example).toContain('Row 8')
    expect(job.retryable).toBe(true)
    const runId = runs[0]?.id ?? ''
    db.$client.prepare("update backends set config = '{}' where id = 'fake'").run()
    // No job computes rows of a superseded cell, so they cannot be asked again.
    deleteCell(db, studyId, seedCell)
    expect(() => retryRun(db, runId)).toThrow('No row')
    restoreCell(db, studyId, seedCell)
    expect(retryRun(db, runId).progress.total).toBe(1)
    await work(study)
    expect(getRun(db, runId)).toMatchObject({ done: 40, valued: 40 })
    expect(getRun(db, runId).record.reasons).not.toHaveProperty('error')
    expect(() => retryRun(db, runId)).toThrow('No row')
  })

  it('records when the work began, not when its first results were stored', async () => {
    study = testStudy(20, { latencyMs: 120 })
    const { db, studyId } = study
    const before = Date.now()
    const { runs } = startRuns(study, studyId, request(['mnd', 'difficulty_score']))
    await work(study)
    const recordOf = (id: string) => getRun(db, id).record as unknown as RunRecord
    for (const { id } of runs) {
      const { startedAt, finishedAt } = recordOf(id)
      expect(startedAt).toBeGreaterThanOrEqual(before)
      expect((finishedAt ?? 0) - (startedAt ?? Infinity)).toBeGreaterThanOrEqual(120)
    }
    const id = runs[1]?.id ?? ''
    const first = recordOf(id)
    db.$client.prepare('update column_chunks set status = zeroblob(length(status))').run()
    db.$client.prepare('update run_cells set done = 0').run()
    startRuns(study, studyId, request(['difficulty_score']))
    await work(study)
    const again = recordOf(id)
    expect(again.startedAt).toBe(first.startedAt)
    expect(again.finishedAt).toBeGreaterThan(first.finishedAt ?? Infinity)
  })

  it('pauses with the reason when the backend is gone, and waits for it', async () => {
    study = testStudy(5, { failEvery: 1 })
    const { db, studyId } = study
    const { jobs } = startRuns(study, studyId, request(['difficulty_score']))
    const id = jobs[0]?.id ?? ''
    const timing = { baseMs: 1, capMs: 2, attempts: 2, totalMs: 100, waitMs: 1 }
    const pool = new BackendPool(db, study.config, { timing })
    const row = claim(db, OWNER, ['compute'])
    const kind = JOB_KINDS.find((entry) => entry.kind === 'compute')
    if (!row || !kind) throw new Error('no job')
    await runJob(
      { db, config: study.config, pool, owner: OWNER },
      kind,
      row,
      new AbortController().signal,
    )
    expect(getJob(db, id)).toMatchObject({
      state: 'paused',
      errorCode: 'backend_down',
      hold: { reason: 'backend_down', backendId: 'fake' },
    })
    expect(getJob(db, id).error).toContain('fails every 1th call')
    await pool.closeAll()
  })

  it('measures imported rows of unknown operator by the one that is named, or once theirs is set', async () => {
    study = testStudy(12)
    const { db, studyId } = study
    db.$client.prepare('update links set operator = null').run()
    const ask = (params: Record<string, unknown>) =>
      computeRequestSchema.parse({
        metrics: [{ metric: 'first_token_probability', params }],
        backends: { first_token_probability: 'fake' },
      })
    const plain = startRuns(study, studyId, ask({})).runs[0]?.id ?? ''
    const named = startRuns(study, studyId, ask({ operator: 'auto' })).runs[0]?.id ?? ''
    await work(study)
    expect(getRun(db, plain)).toMatchObject({ valued: 0, record: { reasons: { no_operator: 12 } } })
    expect(getRun(db, named)).toMatchObject({ valued: 12, record: { reasons: { ok: 12 } } })
    expect(getRun(db, named).definition.prompts.map((prompt) => prompt.id)).toEqual(['evolve-auto'])
    expect(getRun(db, named).definitionHash).not.toBe(getRun(db, plain).definitionHash)
    db.$client.prepare("update links set operator = 'deepen'").run()
    expect(retryRun(db, plain).progress.total).toBe(12)
    await work(study)
    expect(getRun(db, plain)).toMatchObject({ valued: 12, record: { reasons: { ok: 12 } } })
  })

  it('asks each row by the version that it was evolved with, and rows of unknown operator by a mean or an own prompt', async () => {
    const at = testStudy(12)
    study = at
    const { db, studyId } = at
    const template = 'MINE: next task after "{instruction}".'
    const draft = promptDraftSchema.parse({ promptId: 'evolve-deepen', template })
    const hash = savePrompt(db, draft).versions[0]?.hash ?? ''
    const prompts = [{ id: 'evolve-deepen', version: 'own 1', hash }]
    db.$client
      .prepare("update cells set source = json_set(source, '$.definition', json(?)) where no = 2")
      .run(JSON.stringify({ prompts }))
    db.$client.prepare('update links set operator = null where child_idx >= 9').run()
    const ask = async (params: Record<string, unknown>) => {
      const given = computeRequestSchema.parse({
        metrics: [{ metric: 'first_token_probability', params }],
        backends: { first_token_probability: 'fake' },
      })
      const { runs } = startRuns(at, studyId, given)
      await work(at)
      const run = getRun(db, runs[0]?.id ?? '')
      const column = `first_token_probability.p@${run.id}`
      const cell = { no: 2, rowCount: 12 }
      const read = columnReader(db, studyId).valuesIn(column, cell)
      return { run, first: (row: number) => (read(row).value as number[] | null)?.[0] ?? null }
    }
    const own = await ask({})
    expect(own.run.valued).toBe(9)
    expect(own.run.definition.params['recordedTexts']).toEqual([
      { id: 'evolve-deepen', text: template },
    ])
    expect(own.run.definition.prompts.map((prompt) => prompt.hash)).toContain(hash)
    const pasted = await ask({ operator: 'own', promptText: template })
    expect(pasted.run).toMatchObject({ valued: 12 })
    expect(pasted.run.definition.prompts).toMatchObject([{ id: 'evolve-own', hash }])
    expect(pasted.first(3)).toBe(own.first(3))
    const averaged = await ask({ unknown: 'average4' })
    expect(averaged.run).toMatchObject({ valued: 12 })
    expect(averaged.run.definition.params).toMatchObject({ unknown: 'average4' })
    expect(averaged.first(3)).toBe(own.first(3))
    const each: number[] = []
    for (const operator of DEPTH_ORDER) each.push((await ask({ operator })).first(10) ?? NaN)
    const mean = each.reduce((sum, p) => sum + p, 0) / each.length
    expect(averaged.first(10)).toBeCloseTo(mean, 12)
    await expect(ask({ operator: 'own', promptText: 'no place' })).rejects.toThrow('{instruction}')
  })

  it('estimates without storing rows', async () => {
    study = testStudy(60, { latencyMs: 2 })
    const { db, studyId } = study
    const job = startDryRun(study, studyId, request(['difficulty_score', 'mnd']))
    await work(study)
    const result = getJob(db, job.id).result as { dryRuns: DryRun[] }
    expect(result.dryRuns[0]).toMatchObject({
      rows: 120,
      rowsDone: 0,
      sampleRows: 20,
      blocked: null,
      cost: null,
    })
    expect(result.dryRuns[0]?.secondsHigh).toBeGreaterThan(
      result.dryRuns[0]?.secondsLow ?? Infinity,
    )
    expect(result.dryRuns[0]?.meter.completionTokens).toBeGreaterThan(0)
    expect(storedColumns(db)).toEqual([])
  })

  it('deletes, restores and pins runs', async () => {
    study = testStudy(10)
    const { db, studyId } = study
    const a = startRuns(study, studyId, request(['difficulty_score'])).runs[0]?.id ?? ''
    const rowSet = { kind: 'sample', slots: 2, seed: 1 }
    const b = startRuns(study, studyId, request(['difficulty_score'], { rowSet })).runs[0]?.id ?? ''
    expect([getRun(db, a).pinned, getRun(db, b).pinned]).toEqual([true, false])
    deleteRun(db, a)
    expect(getRun(db, b).pinned).toBe(true)
    expect(() => getRun(db, a)).toThrow('no such run')
    expect(restoreRun(db, a).pinned).toBe(false)
    expect(pinRun(db, a).pinned).toBe(true)
    expect(getRun(db, b).pinned).toBe(false)
  })

  it('refuses to mix two models in one run', async () => {
    study = testStudy(20)
    const { db, studyId, seedCell } = study
    startRuns(study, studyId, request(['difficulty_score'], { cellIds: [seedCell] }))
    await work(study)
    db.$client
      .prepare("update backends set config = ? where id = 'fake'")
      .run(JSON.stringify({ seed: 9 }))
    const { jobs } = startRuns(study, studyId, request(['difficulty_score']))
    await work(study)
    expect(getJob(db, jobs[0]?.id ?? '')).toMatchObject({
      state: 'paused',
      errorCode: 'model_changed',
    })
  })

  it('queues a cancelled job again', async () => {
    study = testStudy(5)
    const { db, studyId } = study
    const { jobs } = startRuns(study, studyId, request(['difficulty_score']))
    const id = jobs[0]?.id ?? ''
    expect(requestCancel(db, id).state).toBe('cancelled')
    expect(retryJob(db, id).state).toBe('queued')
    await work(study)
    expect(getJob(db, id).state).toBe('succeeded')
    const codes = db.$client
      .prepare("select status from column_chunks where output = 'score'")
      .pluck()
      .all() as Buffer[]
    for (const bytes of codes) expect(new Set(bytes)).toEqual(new Set([statusCode('ok')]))
  })
})
