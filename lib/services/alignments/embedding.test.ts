import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { computeRequestSchema } from '@/lib/contracts/compute'
import type { AlignCellsRequest } from '@/lib/contracts/operators'
import { startRuns } from '@/lib/services/runs/compute'
import { deleteRun } from '@/lib/services/runs'
import { addFake } from '@/lib/testing/job-study'
import { importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { runJobs } from '@/lib/testing/run-jobs'
import { realignStudy } from '../alignments'
import { currentCells, newestAlignment } from '../cells'
import { alignmentFacts, startAligning } from './change'
import { similarityPreview } from './preview'

let study: TestStudy
beforeEach(async () => {
  study = await testStudy()
  addFake(study.db)
})
afterEach(() => study.close())

const SEEDS = [
  'Explain how volcanoes form under the sea.',
  'Plan a birthday party for a child of six.',
  'Compare Roman law with common law.',
]
// The same texts in another order: equal texts have equal vectors, whatever the model. The last one is there twice.
const CHILDREN = [SEEDS[1], SEEDS[0], SEEDS[2], SEEDS[2]]
const rows = (texts: readonly (string | undefined)[]) =>
  texts.map((instruction) => ({ instruction, input: '', output: 'x' }))

const cellAt = (armKey: string | null, round: number) => {
  const found = currentCells(study.db, study.studyId).find(
    (cell) => cell.armKey === armKey && cell.round === round,
  )
  if (!found) throw new Error('no such cell')
  return found
}
const child = () => cellAt('small', 1)
const linked = () =>
  study.db.$client
    .prepare('select child_idx, parent_idx from links where alignment_no = ? order by 1')
    .raw()
    .all(newestAlignment(study.db, child().no)?.no ?? -1)

async function fill() {
  await importRows(study, 'alpaca.json', rows(SEEDS))
  await importRows(study, 'alpaca-iter1-small.json', rows(CHILDREN), { align: 'none' })
}

/** Runs the metric as a worker does; returns its run. */
async function computed(params: Record<string, unknown> = {}): Promise<string> {
  const request = computeRequestSchema.parse({
    metrics: [{ metric: 'parent_likeness', params }],
    backends: { parent_likeness: 'fake' },
  })
  expect(startRuns(study, study.studyId, request).blocked).toEqual([])
  await runJobs(study)
  const [run] = alignmentFacts(study.db, study.studyId, child().id).runs
  if (!run) throw new Error('no run')
  return run.id
}
const align = async (change: Omit<AlignCellsRequest, 'cells'>) => {
  startAligning(study, study.studyId, { cells: [child().id], ...change })
  await runJobs(study)
  return newestAlignment(study.db, child().no)
}

describe('alignment by embedding', () => {
  it('links each row to the nearest row of the parent file by the run that was chosen, one row a parent or many', async () => {
    await fill()
    const run = await computed()
    expect(await align({ align: 'embedding', run })).toMatchObject({
      kind: 'embedding',
      matched: 3,
      params: {
        run,
        note: expect.stringContaining(run),
        reason: expect.stringContaining('more like another one'),
      },
    })
    expect(linked()).toEqual([
      [0, 1],
      [1, 0],
      [2, 2],
    ])
    expect(await align({ pairing: 'many' })).toMatchObject({ kind: 'embedding', matched: 4 })
    expect(linked()).toContainEqual([3, 2])
    expect(alignmentFacts(study.db, study.studyId, child().id)).toMatchObject({
      align: 'embedding',
      pairing: 'many',
      run,
      runs: [{ id: run, model: expect.any(String) }],
    })
  })

  it('shows before what it would link, of all rows', async () => {
    await fill()
    const run = await computed()
    const show = (pairing: 'one' | 'many') =>
      similarityPreview(study.db, study.studyId, child().id, { run, pairing, parent: null })
    expect(show('one')).toMatchObject({ missing: null, looked: 4, total: 4 })
    expect(show('one').linked[20]).toBe(3)
    expect(show('many').linked[20]).toBe(4)
    expect(show('one').doubtful.find(({ childIdx }) => childIdx === 3)?.doubt).toBe('taken')
  })

  it('never falls back to the texts: without values of this file and its parent it links nothing and says what to do', async () => {
    await fill()
    expect(() =>
      startAligning(study, study.studyId, { cells: [child().id], align: 'embedding' }),
    ).toThrow(/no run of "Likeness to the parent file".*Compute it/)
    const run = await computed()
    expect(() =>
      startAligning(study, study.studyId, { cells: [child().id], align: 'embedding' }),
    ).toThrow(new RegExp(`say which run's embeddings are compared: ${run}`))
    // The seeds are replaced: the run knows another file.
    await align({ align: 'embedding', run })
    await importRows(study, 'alpaca.json', rows([...SEEDS, 'Name three rivers.']))
    realignStudy(study.db, study.studyId)
    expect(newestAlignment(study.db, child().no)).toMatchObject({
      kind: 'embedding',
      matched: 0,
      params: { reason: expect.stringContaining('compared this file with another one') },
    })
    const preview = similarityPreview(study.db, study.studyId, child().id, { run, parent: null })
    expect(preview).toMatchObject({ missing: expect.stringContaining('another one'), doubtful: [] })
    deleteRun(study.db, run)
    const again = similarityPreview(study.db, study.studyId, child().id, { run, parent: null })
    expect(again.missing).toMatch(/no longer here/)
  })

  it('compares with the parent file that the run names', async () => {
    await fill()
    await importRows(study, 'alpaca-iter1-large.json', rows(SEEDS.toReversed()))
    await importRows(study, 'alpaca-iter2-small.json', rows([...SEEDS.slice(1), SEEDS[0]]), {
      align: 'none',
    })
    const run = await computed({ parent: 'large.1' })
    const later = cellAt('small', 2)
    const parent = { arm: 'large', round: 1 }
    startAligning(study, study.studyId, { cells: [later.id], align: 'embedding', run, parent })
    await runJobs(study)
    expect(newestAlignment(study.db, later.no)).toMatchObject({
      kind: 'embedding',
      matched: 3,
      parentCellNo: cellAt('large', 1).no,
    })
  })
})
