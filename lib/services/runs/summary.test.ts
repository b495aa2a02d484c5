import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { runs } from '@/db/schema'
import type { ProbeResult } from '@/lib/backends/types'
import { storeRun } from '@/lib/testing/columns'
import { alpacaRows, importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { ensureBuiltInBackends } from '../backends'
import { saveProbe } from '../backends/probes'
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

  it('says that its backend has another model now', () => {
    const { db, studyId } = study
    ensureBuiltInBackends(db, {})
    const { id } = storeRun(db, studyId, { metric: 'mnd', cells: [] })
    const before = { kind: 'embedded-embeddings', server: 'a 1', model: 'minilm', dtype: 'int8' }
    const { definition } = getRun(db, id)
    const backendId = 'embedded-embeddings'
    const model = before as Record<string, unknown>
    const changes = { backendId, definition: { ...definition, model } }
    db.update(runs).set(changes).where(eq(runs.id, id)).run()
    const otherAfter = (identity: object) => {
      const probe = { capabilities: {}, identity, models: [], steps: [], latencyMs: 1 }
      saveProbe(db, backendId, probe as unknown as ProbeResult)
      return getRunCard(db, id).otherModel
    }
    expect(getRunCard(db, id).otherModel).toBeNull()
    expect(otherAfter(before)).toBeNull()
    expect(otherAfter({ ...before, server: 'b 1' })).toContain('its server is "b 1"')
    expect(otherAfter({ ...before, server: 'b 1', dtype: 'F32' })).toBe(
      'Embedded all-MiniLM-L6-v2 has another model now: its dtype is "F32" instead of "int8".',
    )
  })
})
