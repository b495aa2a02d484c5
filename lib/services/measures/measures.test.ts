import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { computeRequestSchema, type DryRun } from '@/lib/contracts/compute'
import { rowFilterSchema } from '@/lib/contracts/filter'
import { drawnMembers } from '@/lib/metrics/sets/draws'
import { getJob, resumeJob } from '@/lib/queue/queue'
import { getStudyFigure, listStudyFigures } from '@/lib/services/figures'
import { getRun } from '@/lib/services/runs'
import { startDryRun, startRuns } from '@/lib/services/runs/compute'
import { testStudy, testText, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'
import { listSetRuns, setRunsTable } from '.'

const ROWS = 60
let study: TestStudy
beforeEach(() => {
  study = testStudy(ROWS)
})
afterEach(() => study.close())

function start(metric: string, params: Record<string, unknown> = {}, more: object = {}) {
  const metrics = [{ metric, params }]
  const request = computeRequestSchema.parse({ metrics, backends: { [metric]: 'fake' }, ...more })
  return startRuns(study, study.studyId, request)
}

async function measured(metric: string, params: Record<string, unknown> = {}, more: object = {}) {
  const { runs } = start(metric, params, more)
  await runJobs(study)
  const [run] = listSetRuns(study.db, study.studyId, [runs[0]?.id ?? ''])
  if (!run) throw new Error('no run')
  return run
}

/** Share of different words, written out: what the draws of a cell must give. */
function distinctWords(texts: readonly string[]): number {
  const words = texts.join(' ').split(' ')
  return new Set(words).size / words.length
}

const seeds = Array.from({ length: ROWS }, (_, i) => testText(i))

describe('a measure of a set', () => {
  it('gives each cell its mean and spread over seeded draws of n, and the whole cell at its own n', async () => {
    const run = await measured('ngram_diversity', { n: 15, draws: 6, seed: 3 })
    const [cell] = run.cells
    const drawn = Array.from({ length: 6 }, (_, draw) =>
      distinctWords(Array.from(drawnMembers(ROWS, 15, 3, draw), (i) => seeds[i] ?? '')),
    )
    const mean = drawn.reduce((sum, value) => sum + value, 0) / 6
    const square = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    expect(cell).toMatchObject({ cellId: 'seeds', arm: 'Seeds', round: 0, rows: ROWS })
    expect(cell?.record).toMatchObject({ n: 15, draws: 6, size: ROWS })
    const value = cell?.record?.values['n1']
    expect(value?.mean).toBeCloseTo(mean, 12)
    expect(value?.sd).toBeCloseTo(Math.sqrt(square / 5), 12)
    expect([value?.min, value?.max]).toEqual([Math.min(...drawn), Math.max(...drawn)])
    expect(value?.whole).toBeCloseTo(distinctWords(seeds), 12)
    // Fewer rows say more different things: the reason why cells are compared at equal n.
    expect(value?.mean).toBeGreaterThan((value?.whole ?? 1) * 1.2)
    expect(run.cells).toHaveLength(2)
  })

  it('takes the rows of the smallest chosen cell by default, and hashes that', async () => {
    const { db } = study
    db.$client.prepare('update rows set instruction = ? where cell_no = 2 and idx >= 40').run(' \n')
    const both = await measured('repeats')
    expect(both.params).toMatchObject({ n: 40, draws: 20, seed: 0, field: 'instruction' })
    expect(both.cells.map(({ record }) => [record?.n, record?.draws, record?.size])).toEqual([
      [40, 20, 60],
      [40, 1, 40],
    ])
    expect(both.cells[1]?.record?.values['share']).toMatchObject({ sd: null, reason: null })
    const seedsOnly = await measured('repeats', {}, { cellIds: ['seeds'] })
    expect(seedsOnly.params).toMatchObject({ n: 60 })
    expect(seedsOnly.definitionHash).not.toBe(both.definitionHash)
    expect(getRun(db, both.runId).record.reasons).toEqual({ ok: 100, empty_instruction: 20 })
  })

  it('has a reason and no number where a cell holds fewer rows than n', async () => {
    const { db } = study
    db.$client.prepare('update rows set instruction = ? where cell_no = 2 and idx >= 9').run('')
    const run = await measured('compression_ratio', { n: 10 })
    const value = run.cells[1]?.record?.values['ratio']
    expect(value).toMatchObject({ mean: null, sd: null, reason: 'n_too_small', wholeReason: null })
    expect(value?.whole).toBeGreaterThan(1)
    expect(run.cells[1]?.record).toMatchObject({ draws: 0, size: 9 })
    expect(run.cells[0]?.record?.values['ratio']?.reason).toBeNull()
  })

  it('reads the responses that are there, over a subset too', async () => {
    const all = await measured('self_repetition', { field: 'response' })
    expect(all.params).toMatchObject({ n: 55 })
    expect(all.cells.map(({ record }) => record?.size)).toEqual([55, 55])
    const rowSet = { kind: 'sample', slots: 12, seed: 3 }
    const some = await measured('self_repetition', { n: 5 }, { rowSet })
    expect(some.isSubset).toBe(true)
    expect(some.cells.map(({ rows, record }) => [rows, record?.size])).toEqual([
      [12, 12],
      [12, 12],
    ])
  })

  it('reads vectors of the backend that embeds, and records which', async () => {
    const run = await measured('vendi_score', { n: 20, draws: 3 })
    const value = run.cells[0]?.record?.values['q1']
    expect(value?.mean).toBeGreaterThan(1)
    expect(value?.mean).toBeLessThanOrEqual(20)
    expect(value?.whole).toBeLessThanOrEqual(60)
    expect(getRun(study.db, run.runId).definition.model).toMatchObject({ kind: 'fake' })
  })

  it('is drawn over the rounds, any of them, from the pinned run', async () => {
    const { db, studyId } = study
    await measured('ngram_diversity', { n: 15, draws: 6 })
    const listed = listStudyFigures(db, studyId).find(({ id }) => id === 'set-measures')
    expect(listed?.available).toBe(true)
    const choices = listed?.options[0]?.choices.map(({ value }) => value) ?? []
    expect(new Set(choices).size).toBe(choices.length)
    expect(choices).toEqual(expect.arrayContaining(['compression_ratio.ratio', 'vendi_score.qInf']))
    const filter = rowFilterSchema.parse({})
    const draw = (measure: string) =>
      getStudyFigure(db, studyId, { figureId: 'set-measures', options: { measure }, filter })
    const { table, cards, prepared } = await draw('ngram_diversity.n2')
    const [run] = listSetRuns(db, studyId)
    expect(table.rows.map(({ mean }) => mean)).toEqual(
      run?.cells.map(({ record }) => record?.values['n2']?.mean),
    )
    expect(cards).toEqual([{ runId: run?.runId, definitionHash: run?.definitionHash, model: null }])
    expect(prepared.notes[0]).toMatch(/6 random draws of 15 rows/)
    expect((await draw('vendi_score.q1')).table.rows).toEqual([])
  })

  it('draws the whole cells although a subset was measured later by the same definition', async () => {
    const whole = await measured('repeats', { n: 5 })
    const rowSet = { kind: 'sample', slots: 12, seed: 3 }
    const subset = await measured('repeats', { n: 5 }, { rowSet })
    expect(subset.definitionHash).toBe(whole.definitionHash)
    const { table, cards } = await getStudyFigure(study.db, study.studyId, {
      figureId: 'set-measures',
      options: { measure: 'repeats.share' },
      filter: rowFilterSchema.parse({}),
    })
    expect(table.rows.map(({ size }) => size)).toEqual([60, 60])
    expect(cards.map(({ runId }) => runId)).toEqual([whole.runId])
  })

  it('is estimated beforehand like any metric', async () => {
    const request = { metrics: [{ metric: 'compression_ratio', params: { n: 55 } }] }
    const { id } = startDryRun(study, study.studyId, computeRequestSchema.parse(request))
    await runJobs(study)
    const { dryRuns } = getJob(study.db, id).result as { dryRuns: DryRun[] }
    expect(dryRuns[0]).toMatchObject({ rows: 120, rowsDone: 0, blocked: null })
    expect(dryRuns[0]?.secondsHigh).toBeGreaterThan(0)
  })

  it('compresses about as Node does, whose own library has other sizes', async () => {
    const run = await measured('compression_ratio')
    const bytes = Buffer.from(seeds.join(' '))
    const node = bytes.length / gzipSync(bytes, { level: 9 }).length
    const whole = run.cells[0]?.record?.values['ratio']?.whole ?? 0
    expect(Math.abs(whole / node - 1)).toBeLessThan(0.03)
  })

  it('is the same after a stop in mid-run as without one', async () => {
    const params = { n: 30, draws: 1000 }
    const { runs, jobs } = start('ngram_diversity', params)
    const runId = runs[0]?.id ?? ''
    const done = study.db.$client.prepare('select sum(done) from run_cells').pluck()
    await runJobs(study, () => (Number(done.get()) > 0 ? 'pause' : null))
    const half = listSetRuns(study.db, study.studyId, [runId])[0]
    expect(half?.cells.map(({ record }) => record === null)).toEqual([false, true])
    resumeJob(study.db, jobs[0]?.id ?? '')
    await runJobs(study)
    expect(getJob(study.db, jobs[0]?.id ?? '').state).toBe('succeeded')
    const resumed = listSetRuns(study.db, study.studyId, [runId])[0]
    study.close()
    study = testStudy(ROWS)
    const undisturbed = await measured('ngram_diversity', params)
    expect(resumed?.cells).toEqual(undisturbed.cells)
    expect(resumed?.definitionHash).toBe(undisturbed.definitionHash)
  })

  it('says of a cell that waits that it is not computed, in the table as well', async () => {
    start('repeats')
    const waiting = setRunsTable(listSetRuns(study.db, study.studyId))
    expect(waiting.rows.map(({ reason, mean, whole }) => [reason, mean, whole])).toEqual([
      ['not_run', null, null],
      ['not_run', null, null],
    ])
    await runJobs(study)
    const [first] = setRunsTable(listSetRuns(study.db, study.studyId)).rows
    expect(first).toMatchObject({ measure: 'Share of repeats', evolver: 'Seeds', n: 60, mean: 0 })
    expect(first?.['definition']).toMatch(/^[0-9a-f]{64}$/)
  })
})
