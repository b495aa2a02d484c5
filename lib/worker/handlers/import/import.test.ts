import fs from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { emptyMapping } from '@/lib/formats/types'
import { currentCells, newestAlignment } from '@/lib/services/cells'
import { appendRows, cleanupStaging, openStagedCell, plainRow } from '@/lib/services/cells/staging'
import {
  alpacaRows,
  importRows,
  planFor,
  studyEach,
  testStudy,
  type TestStudy,
} from '@/lib/testing/imports'
import { rememberedMappings } from '@/lib/services/imports/remembered'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { importJob } from '../import'
import type { WorkerContext } from '@/lib/worker/types'

let study: TestStudy
studyEach((one) => (study = one))

function testJob(of: TestStudy, signal: AbortSignal = new AbortController().signal) {
  const logs: string[] = []
  const context: WorkerContext = {
    db: of.db,
    config: of.config,
    job: { no: 1, id: 'job', studyId: of.studyId, attempts: 1 },
    signal,
    log: (level, message) => logs.push(`${level}: ${message}`),
    progress: () => {},
    commit: (work) => work(),
    openBackend: () => Promise.reject(new Error('no backend in this test')),
  }
  return { context, logs }
}

function tableCounts(): Record<string, number> {
  const tables = [
    'cells',
    'rows',
    'response_sets',
    'responses',
    'alignments',
    'links',
    'arms',
    'seed_sets',
  ]
  return Object.fromEntries(
    tables.map((table) => [
      table,
      (study.db.$client.prepare(`select count(*) as n from ${table}`).get() as { n: number }).n,
    ]),
  )
}

const EMPTY = {
  cells: 0,
  rows: 0,
  response_sets: 0,
  responses: 0,
  alignments: 0,
  links: 0,
  arms: 0,
  seed_sets: 0,
}

describe('import job', () => {
  it('imports a seed file and two rounds, aligned with operators only when asked for', async () => {
    const plans = [
      await planFor(study, 'alpaca-iter2-small.json', JSON.stringify(alpacaRows(5, 'b')), {
        operators: 'rotation4',
      }),
      await planFor(study, 'alpaca-iter1-small.json', JSON.stringify(alpacaRows(5, 'a')), {
        operators: 'none',
      }),
      await planFor(study, 'alpaca.json', JSON.stringify(alpacaRows(5, 's'))),
    ]
    const { context, logs } = testJob(study)
    await importJob.run(context, { studyId: study.studyId, plans })
    expect(logs.filter((line) => line.startsWith('error'))).toEqual([])
    const detail = getStudyDetail(study.db, study.studyId)
    expect(detail.seedSets).toMatchObject([{ key: 'alpaca', slotCount: 5 }])
    expect(detail.arms).toMatchObject([
      { key: 'small', armClass: 'small', scenario: 'evol-instruct' },
    ])
    expect(
      detail.cells.map((cell) => [cell.armKey, cell.round, cell.alignment?.matched ?? null]),
    ).toEqual([
      [null, 0, null],
      ['small', 1, 5],
      ['small', 2, 5],
    ])
    expect(detail.cells[0]?.responses).toEqual({ label: 'alpaca.json', present: 5, missing: 0 })
    const operators = study.db.$client
      .prepare(
        'select c.round, l.operator, l.operator_source as source from links l join alignments a on a.no = l.alignment_no join cells c on c.no = a.child_cell_no order by c.round, l.child_idx',
      )
      .all()
    expect(
      operators.slice(0, 5).every((link) => (link as { operator: null }).operator === null),
    ).toBe(true)
    // Round 2: order[(i + 1) mod 4].
    expect(operators.slice(5)).toEqual(
      ['deepen', 'concretizing', 'reasoning', 'constraints', 'deepen'].map((operator) => ({
        round: 2,
        operator,
        source: 'inferred',
      })),
    )
  })

  it('imports nothing of a broken file, names row and byte, and keeps the other files', async () => {
    const broken = `[${JSON.stringify({ instruction: 'ok', output: 'x' })}, {"instruction": "cut`
    const bad = await planFor(study, 'code.json', broken, {
      format: 'alpaca',
      mapping: {
        ...emptyMapping(),
        instruction: 'instruction',
        output: 'output',
      },
    })
    const good = await planFor(study, 'alpaca.json', JSON.stringify(alpacaRows(3, 's')))
    const { context, logs } = testJob(study)
    await expect(
      importJob.run(context, { studyId: study.studyId, plans: [bad, good] }),
    ).rejects.toMatchObject({
      code: 'data_error',
      message: expect.stringMatching(/code\.json.*byte \d+/),
    })
    expect(logs.some((line) => line.startsWith('error: code.json'))).toBe(true)
    expect(getStudyDetail(study.db, study.studyId).cells.map((cell) => cell.fileName)).toEqual([
      'alpaca.json',
    ])
    expect(tableCounts()).toMatchObject({ cells: 1, rows: 3, responses: 3, seed_sets: 1, arms: 0 })
  })

  it('takes all out again where all or nothing was asked for, and puts replaced revisions back', async () => {
    await importRows(study, 'alpaca.json', alpacaRows(3, 'old'))
    const before = tableCounts()
    const rounds = [0, 1, 2].map((round) =>
      planFor(
        study,
        round === 0 ? 'alpaca.json' : `alpaca-iter${round}-small.json`,
        round === 2
          ? '[{"instruction": "ok", "output": "x"}, {"instr'
          : JSON.stringify(alpacaRows(3, `r${round}`)),
        round === 2
          ? { format: 'alpaca', mapping: { ...emptyMapping(), instruction: 'instruction' } }
          : {},
      ),
    )
    const plans = await Promise.all(rounds)
    const payload = { studyId: study.studyId, plans, undoSince: Date.now() }
    const { context, logs } = testJob(study)
    await expect(importJob.run(context, payload)).rejects.toMatchObject({
      message: expect.stringMatching(/alpaca-iter2-small\.json.*Nothing was imported: 2 files/s),
    })
    expect(logs.filter((line) => line.startsWith('info'))).toHaveLength(2)
    expect(tableCounts()).toEqual(before)
    expect(rememberedMappings(study.db)).toEqual([])
    const { cells } = getStudyDetail(study.db, study.studyId)
    expect(cells).toMatchObject([{ fileName: 'alpaca.json', revision: 1, rowCount: 3 }])
    // A job that was killed after two files takes out those as well.
    const { context: first } = testJob(study)
    await importJob.run(first, { ...payload, plans: await goodPlans() })
    const second = testJob(study).context
    second.job.attempts = 2
    await expect(
      importJob.run(second, { ...payload, plans: [...(await goodPlans()), plans[2]!] }),
    ).rejects.toThrow('Nothing was imported: 2 files')
    expect(tableCounts()).toEqual(before)
    function goodPlans() {
      return Promise.all(
        [0, 1].map((round) =>
          planFor(
            study,
            round === 0 ? 'alpaca.json' : 'alpaca-iter1-small.json',
            JSON.stringify(alpacaRows(3, `r${round}`)),
          ),
        ),
      )
    }
  })

  it('refuses a row of the wrong type, or skips it and keeps the numbers of the others', async () => {
    const rows: unknown[] = alpacaRows(4, 's')
    rows[2] = { instruction: 42, input: '', output: 'x' }
    const text = JSON.stringify(rows)
    const strict = await planFor(study, 'alpaca.json', text)
    await expect(
      importJob.run(testJob(study).context, { studyId: study.studyId, plans: [strict] }),
    ).rejects.toThrow(/row 3/)
    expect(tableCounts()).toEqual(EMPTY)
    const lenient = await planFor(study, 'alpaca.json', text, { skipBadRows: true })
    await importJob.run(testJob(study).context, { studyId: study.studyId, plans: [lenient] })
    const [cell] = currentCells(study.db, study.studyId)
    expect(cell).toMatchObject({ rowCount: 4, skipped: [2] })
    expect(getStudyDetail(study.db, study.studyId).cells[0]).toMatchObject({
      rowCount: 3,
      skipped: 1,
    })
  })

  it('leaves nothing when it is cancelled midway', async () => {
    const plan = await planFor(study, 'alpaca.json', JSON.stringify(alpacaRows(5_000, 's')))
    const controller = new AbortController()
    const { context } = testJob(study, controller.signal)
    context.progress = () => controller.abort()
    await expect(
      importJob.run(context, { studyId: study.studyId, plans: [plan] }),
    ).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(tableCounts()).toEqual(EMPTY)
    await importJob.run(testJob(study).context, { studyId: study.studyId, plans: [plan] })
    expect(tableCounts()).toMatchObject({ cells: 1, rows: 5_000 })
  })

  it('goes on after a kill: staging is removed, published files are recognised', async () => {
    const first = await planFor(study, 'alpaca.json', JSON.stringify(alpacaRows(3, 's')))
    const second = await planFor(
      study,
      'alpaca-iter1-small.json',
      JSON.stringify(alpacaRows(3, 'a')),
    )
    await importJob.run(testJob(study).context, { studyId: study.studyId, plans: [first] })
    const [cell] = currentCells(study.db, study.studyId)
    const { cellNo } = openStagedCell(study.db, {
      studyId: study.studyId,
      seedSetId: cell?.seedSetId ?? '',
      armId: null,
      round: 0,
      source: {
        kind: 'file',
        fileName: 'x',
        sizeBytes: 1,
        sha256: 'x',
        format: 'alpaca',
        container: 'file',
        mapping: null,
        keySets: [],
        definition: null,
      },
    })
    appendRows(study.db, cellNo, [plainRow({ idx: 0, slot: null, instruction: 'half' })])
    expect(currentCells(study.db, study.studyId)).toHaveLength(1)
    expect(cleanupStaging(study.db)).toBe(1)
    expect(tableCounts()).toMatchObject({ cells: 1, rows: 3 })
    // The upload of the first file is gone, as after a kill between publishing and the end of the job.
    const result = await importJob.run(testJob(study).context, {
      studyId: study.studyId,
      plans: [first, second],
    })
    expect(result).toMatchObject({
      files: [{ outcome: 'known' }, { outcome: 'imported', rows: 3 }],
    })
    expect(tableCounts()).toMatchObject({ cells: 2, rows: 6 })
    expect(await fs.readdir(study.config.uploadsDir)).toEqual([])
  })
})

describe('order of imports', () => {
  const seeds = alpacaRows(10, 'seed')
  const one = alpacaRows(10, 'round one')
  const two = alpacaRows(10, 'round two')

  async function state(order: [string, unknown[]][]) {
    const fresh = await testStudy()
    for (const [name, rows] of order) {
      const plan = await planFor(fresh, name, JSON.stringify(rows))
      await importJob.run(testJob(fresh).context, { studyId: fresh.studyId, plans: [plan] })
    }
    const cells = currentCells(fresh.db, fresh.studyId)
    const found = cells.map((cell) => {
      const alignment = newestAlignment(fresh.db, cell.no)
      const parent = cells.find((other) => other.no === alignment?.parentCellNo)
      return {
        place: [cell.armKey, cell.round],
        parent: parent ? [parent.armKey, parent.round] : null,
        matched: alignment?.matched ?? null,
        slots: fresh.db.$client
          .prepare('select slot from rows where cell_no = ? order by idx')
          .pluck()
          .all(cell.no),
      }
    })
    await fresh.close()
    return found
  }

  it('does not matter', async () => {
    const files: [string, unknown[]][] = [
      ['alpaca.json', seeds],
      ['alpaca-iter1-small.json', one],
      ['alpaca-iter2-small.json', two],
    ]
    const wanted = await state(files)
    expect(wanted.map((cell) => cell.parent)).toEqual([null, [null, 0], ['small', 1]])
    expect(wanted[2]).toMatchObject({ matched: 10, slots: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] })
    expect(await state([...files].reverse())).toEqual(wanted)
    expect(await state([files[1]!, files[2]!, files[0]!])).toEqual(wanted)
  })

  it('does not link rows whose inputs are not those of the parent, and says so', async () => {
    await importRows(study, 'alpaca.json', seeds)
    const other = one.map((row, k) => (k === 3 ? { ...row, input: 'something else' } : row))
    const result = await importRows(study, 'alpaca-iter1-small.json', other, { align: 'index' })
    expect(result.alignment).toMatchObject({
      matched: 0,
      total: 10,
      reason: expect.stringMatching(/input/),
    })
    const shorter = await importRows(study, 'alpaca-iter1-large.json', one.slice(0, 9), {
      align: 'index',
    })
    expect(shorter.alignment?.reason).toMatch(/9 rows/)
  })

  it('takes a changed file as a new revision and aligns its children with it', async () => {
    await importRows(study, 'alpaca.json', seeds)
    await importRows(study, 'alpaca-iter1-small.json', one)
    const before = currentCells(study.db, study.studyId)
    const changed = seeds.map((row, k) => (k === 0 ? { ...row, instruction: 'corrected' } : row))
    const plan = await planFor(study, 'alpaca.json', JSON.stringify(changed))
    await importJob.run(testJob(study).context, { studyId: study.studyId, plans: [plan] })
    const after = currentCells(study.db, study.studyId)
    expect(after.map((cell) => cell.revision)).toEqual([2, 1])
    expect(after[1]?.no).toBe(before[1]?.no)
    expect(newestAlignment(study.db, after[1]?.no ?? 0)).toMatchObject({
      parentCellNo: after[0]?.no,
      version: 2,
      matched: 10,
    })
  })
})
