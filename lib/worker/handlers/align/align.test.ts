import { describe, expect, it } from 'vitest'
import { alignmentFacts, startAligning } from '@/lib/services/alignments/change'
import { currentCells, newestAlignment } from '@/lib/services/cells'
import { addCell, createRun, findRun, planCell } from '@/lib/services/runs/extend-run'
import { alpacaRows, importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { getRun } from '@/lib/services/runs'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { alignJob } from '../align'
import { loadRows } from '../compute/load-rows'
import type { WorkerContext } from '@/lib/worker/types'

let study: TestStudy
studyEach((one) => (study = one))

function testJob() {
  const logs: string[] = []
  const context: WorkerContext = {
    db: study.db,
    config: study.config,
    job: { no: 1, id: 'job', studyId: study.studyId, attempts: 1 },
    signal: new AbortController().signal,
    log: (level, message) => logs.push(`${level}: ${message}`),
    progress: () => {},
    commit: (work) => work(),
    openBackend: () => Promise.reject(new Error('no backend in this test')),
  }
  return { context, logs }
}

const cellsOf = () => getStudyDetail(study.db, study.studyId).cells
const cellOf = (round: number) => cellsOf().find((cell) => cell.round === round)!

async function align(
  round: number,
  change: { align?: 'index' | 'id' | 'none'; operators?: string },
) {
  const { context, logs } = testJob()
  const payload = { studyId: study.studyId, cells: [cellOf(round).id], ...change }
  const result = await alignJob.run(context, alignJob.payload.parse(payload))
  return { logs, result: result as { aligned: Record<string, unknown>[] } }
}

function operators(round: number): { operator: string | null; source: string | null }[] {
  const detail = study.db.$client
    .prepare('select no from cells where id = ?')
    .pluck()
    .get(cellOf(round).id) as number
  return study.db.$client
    .prepare(
      'select operator, operator_source as source from links where alignment_no = ? order by child_idx',
    )
    .all(newestAlignment(study.db, detail)?.no) as {
    operator: string | null
    source: string | null
  }[]
}

const withColumn = (values: (string | null)[]) =>
  alpacaRows(values.length, 'a').map((row, k) => ({ ...row, evol_type: values[k] }))

async function importRounds() {
  await importRows(study, 'tasks-seeds.json', alpacaRows(6, 's'))
  const values = ['Add Constraints', 'deepening', null, 'Swap', 'breadth', 'breadth']
  await importRows(study, 'tasks-iter1-teamA.json', withColumn(values), { operators: 'none' })
  await importRows(study, 'tasks-iter2-teamA.json', alpacaRows(6, 'b'))
}

describe('operators of a file that is in the study', () => {
  it('are set by rotation with the rule of the study, as a new version', async () => {
    await importRounds()
    expect(cellOf(2).alignment).toMatchObject({ version: 1, matched: 6, operatorRows: 0 })
    const { logs, result } = await align(2, { operators: 'rotation5' })
    expect(result.aligned).toMatchObject([{ matched: 6, total: 6, operatorRows: 6, kind: 'index' }])
    expect(logs.join()).toContain('operators known of 6 rows')
    expect(cellOf(2).alignment).toMatchObject({ version: 2, matched: 6, operatorRows: 6 })
    // Round 2: order[(i + 1) mod 5].
    expect(operators(2).map(({ operator }) => operator)).toEqual([
      'deepen',
      'concretizing',
      'reasoning',
      'breadth',
      'constraints',
      'deepen',
    ])
    expect(operators(2).every(({ source }) => source === 'inferred')).toBe(true)
  })

  it('are read from a column, in our names where they are ours; empty rows stay unknown', async () => {
    await importRounds()
    expect(alignmentFacts(study.db, study.studyId, cellOf(1).id)).toMatchObject({
      isRecorded: false,
      align: 'index',
      operators: 'none',
      columns: ['evol_type'],
    })
    await align(1, { operators: 'column:evol_type' })
    expect(operators(1)).toEqual([
      { operator: 'constraints', source: 'recorded' },
      { operator: 'deepen', source: 'recorded' },
      { operator: null, source: null },
      { operator: 'Swap', source: 'recorded' },
      { operator: 'breadth', source: 'recorded' },
      { operator: 'breadth', source: 'recorded' },
    ])
    expect(cellOf(1).alignment?.operatorRows).toBe(5)
  })

  it('are one for all rows where the user says so, and none again', async () => {
    await importRounds()
    await align(1, { operators: 'one:auto' })
    expect(operators(1)).toEqual(
      Array.from({ length: 6 }, () => ({ operator: 'auto', source: 'stated' })),
    )
    await align(1, { operators: 'none' })
    expect(cellOf(1).alignment).toMatchObject({ version: 3, matched: 6, operatorRows: 0 })
  })

  it('leave the lineage of later rounds alone, so that their runs stay good', async () => {
    await importRounds()
    const { result } = await align(1, { operators: 'rotation4' })
    expect(result.aligned).toHaveLength(1)
    expect(cellOf(2).alignment).toMatchObject({ version: 1, matched: 6 })
  })

  it('make the metric of first tokens possible: rows have a parent and an operator', async () => {
    await importRounds()
    await align(1, { operators: 'rotation4' })
    const no = study.db.$client
      .prepare('select no from cells where id = ?')
      .pluck()
      .get(cellOf(1).id) as number
    const source = {
      cellNo: no,
      responseSetNo: null,
      alignmentNo: newestAlignment(study.db, no)?.no ?? null,
      parent: true,
    }
    const rows = loadRows(study.db, source, [0, 1, 2, 3, 4, 5])
    expect(rows.map(({ parent, operator }) => [parent?.instruction, operator])).toEqual([
      ['s 0', 'constraints'],
      ['s 1', 'deepen'],
      ['s 2', 'concretizing'],
      ['s 3', 'reasoning'],
      ['s 4', 'constraints'],
      ['s 5', 'deepen'],
    ])
  })

  it('are refused where they mean nothing', async () => {
    await importRounds()
    const start = (round: number, operators: string) =>
      startAligning(study, study.studyId, {
        cells: [cellOf(round).id],
        operators: operators as 'none',
      })
    expect(() => start(0, 'rotation4')).toThrow(/seeds have no parents/)
    expect(() => start(1, 'one:polish')).toThrow(/no operator "polish".*constraints/)
    expect(() => start(1, 'rotation6')).toThrow(/rotation4, rotation5/)
    const many = alpacaRows(120, 'm').map((row, k) => ({ ...row, evol_type: `value ${k}` }))
    await importRows(study, 'tasks-iter1-teamB.json', many, { align: 'none', operators: 'none' })
    const other = cellsOf().find((cell) => cell.armKey === 'teamb')!
    const run = (change: object) =>
      alignJob.run(
        testJob().context,
        alignJob.payload.parse({ studyId: study.studyId, cells: [other.id], ...change }),
      )
    await expect(run({ operators: 'rotation4' })).rejects.toThrow(/Align the rows/)
    const cells = [cellOf(1).id, other.id]
    expect(() => startAligning(study, study.studyId, { cells, operators: 'rotation4' })).toThrow(
      /teamb, round 1.*Align the rows/,
    )
    await expect(align(2, { operators: 'column:evol_type' })).rejects.toThrow(
      /no texts in a column/,
    )
    await expect(run({ align: 'index', operators: 'column:evol_type' })).rejects.toThrow(
      /more than 100 different values/,
    )
    // Nothing half done is left.
    expect(
      study.db.$client.prepare('select count(*) from alignments where version < 1').pluck().get(),
    ).toBe(0)
  })
})

describe('a run that read the older version', () => {
  it('is marked, in the cell and on its card, and computed anew as another run', async () => {
    await importRounds()
    const { db, studyId } = study
    const definition = {
      metric: 'first_token_probability',
      metricVersion: 1,
      params: { k: 5, alternatives: 0 },
      model: null,
      prompts: [],
    }
    const plan = () => {
      const cell = currentCells(db, studyId).find(({ round }) => round === 1)!
      return planCell(db, cell, null, { response: false, parent: true })
    }
    const run = createRun(db, { studyId, definition, rowSet: { kind: 'all' }, backend: null })
    addCell(db, run.no, plan())
    const metric = () => cellOf(1).metrics.find((one) => one.metric === definition.metric)
    expect(metric()).toMatchObject({ runId: run.id, isOutdated: false })
    expect(getRun(db, run.id).outdatedCells).toBe(0)
    expect(findRun(db, studyId, run.definitionHash, { kind: 'all' }, [plan()])?.id).toBe(run.id)
    await align(1, { operators: 'rotation4' })
    expect(metric()).toMatchObject({ runId: run.id, isOutdated: true })
    expect(getRun(db, run.id).outdatedCells).toBe(1)
    expect(getStudyDetail(db, studyId).runs[0]?.outdatedCells).toBe(1)
    expect(findRun(db, studyId, run.definitionHash, { kind: 'all' }, [plan()])).toBeNull()
    const next = createRun(db, { studyId, definition, rowSet: { kind: 'all' }, backend: null })
    addCell(db, next.no, plan())
    expect(metric()).toMatchObject({ runId: next.id, isOutdated: false })
  })
})

describe('another alignment of a file that is in the study', () => {
  it('is made by id or taken back, and what descends from it follows', async () => {
    const ids = (rows: Record<string, unknown>[]) => rows.map((row, k) => ({ id: k, ...row }))
    await importRows(study, 'tasks-seeds.json', ids(alpacaRows(4, 's')))
    await importRows(study, 'tasks-iter1-teamA.json', ids(alpacaRows(4, 'a')), { align: 'none' })
    await importRows(study, 'tasks-iter2-teamA.json', ids(alpacaRows(4, 'b')), { align: 'index' })
    expect(cellOf(1).alignment).toBeNull()
    const { result } = await align(1, { align: 'id' })
    expect(result.aligned).toMatchObject([
      { round: 1, matched: 4, kind: 'id' },
      { round: 2, matched: 4 },
    ])
    expect(cellOf(1).alignment).toMatchObject({ kind: 'id', version: 1, matched: 4 })
    await align(1, { align: 'none' })
    expect(cellOf(1).alignment).toMatchObject({
      version: 2,
      matched: 0,
      reason: expect.any(String),
    })
  })

  it('that fails says why in the log, the result and the study', async () => {
    await importRows(study, 'tasks-seeds.json', alpacaRows(5, 's'))
    await importRows(study, 'tasks-iter1-teamA.json', alpacaRows(4, 'a'), { align: 'none' })
    const { logs, result } = await align(1, { align: 'index' })
    const reason = expect.stringMatching(/4 rows, its parent 5; ids do not help/)
    expect(result.aligned).toMatchObject([{ matched: 0, total: 4, reason }])
    expect(cellOf(1).alignment).toMatchObject({ matched: 0, total: 4, reason })
    expect(logs).toEqual([expect.stringMatching(/^warn: tasks, teama, round 1: 0 of 4 .*4 rows/)])
  })

  it('asked for twice changes nothing', async () => {
    await importRounds()
    await align(1, { operators: 'rotation4' })
    await align(1, { operators: 'rotation4' })
    expect(cellOf(1).alignment?.version).toBe(2)
  })
})
