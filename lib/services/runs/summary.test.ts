import { describe, expect, it } from 'vitest'
import { storeRun } from '@/lib/testing/columns'
import { alpacaRows, importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { currentCells, deleteCell, restoreCell } from '../cells'
import { getStudyDetail } from '../studies/detail'
import { getRunCard } from './cards'
import { getRun, listRuns } from '.'

let study: TestStudy
studyEach((one) => (study = one))

/** What every place says of a run; they must say the same. */
function everywhere(runId: string) {
  const { db, studyId } = study
  const pick = (run?: { total: number; done: number; valued: number; outdatedCells: number }) =>
    run && [run.total, run.done, run.valued, run.outdatedCells]
  const all = [
    getRun(db, runId),
    getRunCard(db, runId).run,
    listRuns(db, studyId).find(({ id }) => id === runId),
    getStudyDetail(db, studyId).runs.find(({ id }) => id === runId),
  ].map(pick)
  expect(new Set(all.map(String)).size).toBe(1)
  return all[0]
}

describe('the summary of a run', () => {
  it('leaves superseded cells out, in every list alike', async () => {
    const { db, studyId } = study
    await importRows(study, 'alpaca.json', alpacaRows(4, 'seed'))
    await importRows(study, 'alpaca-iter1-small.json', alpacaRows(4, 'one'))
    const [seeds, child] = currentCells(db, studyId)
    const values = Float64Array.of(1, 2, 3, 4)
    const { id } = storeRun(db, studyId, {
      metric: 'difficulty_score',
      cells: [seeds!, child!].map(({ no }) => ({ cellNo: no, outputs: { score: values } })),
    })
    expect(everywhere(id)).toEqual([8, 8, 8, 0])

    await importRows(study, 'alpaca-iter1-small.json', alpacaRows(4, 'changed'))
    expect(everywhere(id)).toEqual([4, 4, 4, 0])
    const shown = () => getStudyDetail(db, studyId).cells.map((cell) => cell.metrics.length)
    expect(shown()).toEqual([1, 0])

    await importRows(study, 'alpaca.json', alpacaRows(4, 'corrected'))
    expect(everywhere(id)).toEqual([0, 0, 0, 0])
    expect(getStudyDetail(db, studyId).cells).toHaveLength(2)
    expect(shown()).toEqual([0, 0])
  })

  it('counts the rows of a deleted cell again when it is restored', async () => {
    const { db, studyId } = study
    await importRows(study, 'alpaca.json', alpacaRows(3, 'seed'))
    const [cell] = currentCells(db, studyId)
    const { id } = storeRun(db, studyId, {
      metric: 'difficulty_score',
      cells: [{ cellNo: cell!.no, outputs: { score: Float64Array.of(1, 2, 3) } }],
    })
    deleteCell(db, studyId, cell!.id)
    expect(everywhere(id)).toEqual([0, 0, 0, 0])
    restoreCell(db, studyId, cell!.id)
    expect(everywhere(id)).toEqual([3, 3, 3, 0])
  })
})
