import { describe, expect, it } from 'vitest'
import { currentCells } from '../cells'
import { columnReader, listColumns } from '../columns'
import { startRuns } from '../runs/compute'
import { listStudyFigures } from '../figures'
import { importFile } from './file'
import { importRows, planFor, studyEach, type TestStudy } from '@/lib/testing/imports'
import { listRuns, retryRun } from '../runs'
import { valueAt } from '@/lib/columns/column'
import { computeRequestSchema } from '@/lib/contracts/compute'

let study: TestStudy
studyEach((one) => (study = one))

const seeds = { armKey: null, round: 0 } as const
const base = { instruction: 'a', input: '', output: 'b' }

function values(columnId: string) {
  const { db, studyId } = study
  const reader = columnReader(db, studyId)
  return currentCells(db, studyId).map((cell) => {
    const column = reader.read(columnId, cell)
    return Array.from({ length: cell.rowCount }, (_, row) => {
      const { value, status } = valueAt(column, row)
      return value ?? status
    })
  })
}

describe('imported values', () => {
  it('are read from a column of another name that the user gave, and the source keeps that', async () => {
    const rows = [
      { ...base, dist: 0.25, repeat_count: 2 },
      { ...base, dist: '0.5', repeat_count: 0 },
    ]
    const columns = [{ column: 'dist', kind: 'min_neighbor_distance' }]
    await importRows(study, 'mine.json', rows, { ...seeds, seedSetKey: 'one', columns })
    expect(values('imported_mnd.mnd')).toEqual([[0.25, 0.5]])
    expect(values('imported_mnd.repeat_count')).toEqual([[2, 0]])
    const source = study.db.$client.prepare('select source from cells').pluck().get() as string
    expect(JSON.parse(source)).toMatchObject({ columns })
  })

  it('of the distance script become columns of a run marked as imported', async () => {
    await importRows(
      study,
      'one_distance.json',
      [
        { ...base, min_neighbor_distance: 0.25, repeat_count: 2 },
        { ...base, min_neighbor_distance: 3.4028234663852886e38, repeat_count: 0 },
        base,
      ],
      { ...seeds, seedSetKey: 'one' },
    )
    await importRows(
      study,
      'two_distance.json',
      [{ ...base, min_neighbor_distance: 0.5, repeat_count: 1 }],
      { ...seeds, seedSetKey: 'two' },
    )
    expect(values('imported_mnd.mnd')).toEqual([[0.25, 'n_too_small', 'not_run'], [0.5]])
    expect(values('imported_mnd.repeat_count')).toEqual([[2, 0, 'not_run'], [1]])
    const [run, ...others] = listRuns(study.db, study.studyId)
    expect(others).toEqual([])
    expect(run).toMatchObject({
      metric: 'imported_mnd',
      pinned: true,
      total: 4,
      done: 3,
      valued: 2,
      definition: { params: { definition: 'not known' }, model: null },
      record: {
        backendLabel: 'imported',
        notes: {
          files: [
            {
              file: 'one_distance.json',
              sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
              columns: ['min_neighbor_distance', 'repeat_count'],
            },
            { file: 'two_distance.json' },
          ],
        },
      },
    })
    const ids = listColumns(study.db, study.studyId).map((column) => column.id)
    expect(ids).toContain('imported_mnd.mnd')
    expect(ids.join(' ')).not.toContain('imported_ifd')
    const figures = listStudyFigures(study.db, study.studyId)
    const importedOf = (id: string) => figures.find((figure) => figure.id === id)?.imported
    expect(importedOf('mnd-density')).toEqual({ option: 'values', choice: 'imported' })
    // Figures over any column take it as any other.
    expect(importedOf('distribution')).toEqual({ option: 'column', choice: 'imported_mnd.mnd' })
    expect(importedOf('ifd-density')).toBeUndefined()
  })

  it('of Superfiltering keep 0 and NaN apart from numbers', async () => {
    const score = (ifd: string, output: string) =>
      `{"instruction":"a","input":"","output":"${output}","ppl_A_direct":2,"ppl_A_condition":1.5,"ifd_ppl":${ifd}}`
    const text = `[${score('0.75', 'b')},${score('0', 'b')},${score('NaN', 'b')},${score('NaN', '')}]`
    const plan = await planFor(study, 'scored.json', text, { ...seeds, seedSetKey: 'one' })
    await importFile(study, study.studyId, plan)
    expect(values('imported_ifd.ifd_ppl')).toEqual([
      [0.75, 'error', 'one_token_response', 'no_response'],
    ])
    expect(values('imported_ifd.ppl_alone')).toEqual([[2, 2, 2, 2]])
  })

  it('are of any number of rows, and skipped rows stay out', async () => {
    const rows = Array.from({ length: 9_000 }, (_, i) => ({
      ...base,
      output: i === 4_100 ? 7 : 'b',
      min_neighbor_distance: i,
    }))
    const place = { ...seeds, seedSetKey: 'one', skipBadRows: true }
    await importRows(study, 'many_distance.json', rows, place)
    const [column] = values('imported_mnd.mnd')
    expect(column).toHaveLength(9_000)
    expect(column?.[4_100]).toBe('not_run')
    expect(column?.filter((value, i) => value !== i)).toEqual(['not_run'])
    expect(listRuns(study.db, study.studyId)[0]).toMatchObject({ total: 8_999, done: 8_999 })
  })

  it('of a file that is imported again replace those of the revision before, in counts and reasons', async () => {
    const place = { ...seeds, seedSetKey: 'one' }
    const rows = (distances: number[]) =>
      distances.map((min_neighbor_distance) => ({ ...base, min_neighbor_distance }))
    await importRows(study, 'one_distance.json', rows([0.25, 0.5, 0.75]), place)
    await importRows(study, 'one_distance.json', rows([0.5, 3.4028234663852886e38]), place)
    expect(listRuns(study.db, study.studyId)).toMatchObject([
      {
        total: 2,
        done: 2,
        valued: 1,
        record: { rows: 2, valued: 1, reasons: { ok: 1, n_too_small: 1 } },
      },
    ])
  })

  it('cannot be computed or asked again', async () => {
    await importRows(study, 'x.json', [{ ...base, ifd_ppl: 0, ppl_A_direct: 0 }], {
      ...seeds,
      seedSetKey: 'one',
    })
    const [run] = listRuns(study.db, study.studyId)
    expect(() => retryRun(study.db, run!.id)).toThrow(/No row of this run can be retried/)
    const request = computeRequestSchema.parse({ metrics: [{ metric: 'imported_ifd' }] })
    expect(() => startRuns(study, study.studyId, request)).toThrow(/comes with imported files/)
  })

  it('are no columns of files without them', async () => {
    await importRows(study, 'plain.json', [base], { ...seeds, seedSetKey: 'one' })
    expect(listRuns(study.db, study.studyId)).toEqual([])
  })
})
