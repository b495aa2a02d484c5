import { beforeEach, describe, expect, it } from 'vitest'
import { rowDetails } from '@/db/schema'
import { emptyFilter } from '@/lib/contracts/filter'
import { statusCode } from '@/lib/contracts/status'
import { currentCells, deleteCell, newestAlignment, restoreCell } from '../cells'
import { publishEvolvedCell } from '../cells/evolved'
import { storeRun } from '@/lib/testing/columns'
import { decideOn } from '@/lib/testing/decisions'
import { alpacaRows, importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { getRowDetail } from './detail'
import { selectRows } from '../rows'
import { ensureArm } from '../studies'
import { getStudyDetail } from '../studies/detail'

let study: TestStudy
studyEach((one) => (study = one))
beforeEach(async () => {
  const seeds = alpacaRows(3, 'seed').map((row, k) => ({ ...row, source: { page: k } }))
  await importRows(study, 'alpaca.json', seeds)
  await importRows(study, 'alpaca-iter1-large.json', alpacaRows(3, 'large'))
})

function evolve(leaveOut = -1) {
  const { db, studyId } = study
  const seeds = currentCells(db, studyId)[0]!
  const armId = ensureArm(db, studyId, {
    key: 'tiny',
    label: 'Tiny',
    armClass: 'small',
    scenario: 'evol-instruct',
  })
  return publishEvolvedCell(db, {
    place: {
      studyId,
      seedSetId: seeds.seedSetId,
      armId,
      round: 1,
      source: {
        kind: 'evolved',
        fileName: 'tiny-1',
        sizeBytes: 0,
        sha256: 'e',
        format: 'evolved',
        container: 'none',
        mapping: null,
        keySets: [],
        definition: null,
      },
    },
    parentCellNo: seeds.no,
    rows: [1, 2, 0]
      .map((parentIdx, idx) => ({
        idx,
        instruction: `tiny ${idx} of seed ${parentIdx}`,
        input: '',
        parentIdx,
        operator: 'deepen',
        extra: { finish: 'stop' },
      }))
      .filter((row) => row.idx !== leaveOut),
    responses: {
      set: { kind: 'generated', label: 'Tiny', definition: null, definitionHash: null },
      items: [{ idx: 0, text: 'reply', status: statusCode('ok'), finishReason: 'stop' }],
    },
    notes: [],
  })
}

describe('row detail', () => {
  it('shows the family by recorded births: parent, children, siblings at the same slot', () => {
    const { cellId } = evolve()
    const { db, studyId } = study
    const [seeds, large] = currentCells(db, studyId)
    const detail = getRowDetail(db, studyId, cellId, 0)
    expect(detail.row).toMatchObject({
      slot: 1,
      operator: 'deepen',
      response: 'reply',
      extra: { finish: 'stop' },
    })
    expect(detail.lineage.map((ref) => [ref.armKey, ref.idx])).toEqual([
      [null, 1],
      ['tiny', 0],
    ])
    expect(detail.parent).toMatchObject({ instruction: 'seed 1', round: 0 })
    expect(detail.siblings.map((ref) => [ref.armKey, ref.idx])).toEqual([['large', 1]])
    const seed = getRowDetail(db, studyId, seeds!.id, 0)
    expect(seed.parent).toBeNull()
    expect(seed.row.extra).toEqual({ source: { page: 0 } })
    expect(seed.children.map((ref) => [ref.armKey, ref.idx])).toEqual([
      ['large', 0],
      ['tiny', 2],
    ])
    expect(getRowDetail(db, studyId, large!.id, 2).siblings).toMatchObject([
      { armKey: 'tiny', idx: 1 },
    ])
    expect(() => getRowDetail(db, studyId, seeds!.id, 99)).toThrow(/no row 100/)
  })

  it('shows all values with reasons, what runs kept, and notes', () => {
    const { db, studyId } = study
    const [seeds] = currentCells(db, studyId)
    const run = storeRun(db, studyId, {
      metric: 'mnd',
      cells: [{ cellNo: seeds!.no, outputs: { mnd: Float64Array.of(0.5, 0.25, 1) } }],
    })
    db.insert(rowDetails)
      .values({
        runNo: run.no,
        cellNo: seeds!.no,
        idx: 1,
        detail: JSON.stringify({ reply: 'kept' }),
      })
      .run()
    const rows = [{ cellId: seeds!.id, idx: 1 }]
    for (const value of ['first thought', 'second thought']) {
      decideOn(study, rows, { kind: 'note', value })
    }
    const detail = getRowDetail(db, studyId, seeds!.id, 1)
    expect(detail.row.values['mnd.mnd']).toEqual({ value: 0.25, status: 'ok' })
    expect(Object.keys(detail.row.values).length).toBeGreaterThan(1)
    expect(detail.details).toEqual([
      { metric: 'mnd', runId: run.id, detail: { reply: 'kept' }, strip: null },
    ])
    expect(detail.notes.map((entry) => entry.value)).toEqual(['second thought'])
  })

  it('gives whole texts', async () => {
    const long = 'word '.repeat(1_000)
    await importRows(study, 'code.json', [{ instruction: long, input: '', output: long }])
    const cell = currentCells(study.db, study.studyId).find((other) => other.seedSetKey === 'code')
    const detail = getRowDetail(study.db, study.studyId, cell!.id, 0)
    expect(detail.row.instruction).toBe(long)
    expect(detail.row.response).toBe(long)
  })
})

describe('cells made here', () => {
  it('are published whole, counted, and keep their births when their seeds change', async () => {
    const { cellId } = evolve()
    const before = getStudyDetail(study.db, study.studyId).cells.find((cell) => cell.id === cellId)
    expect(before).toMatchObject({
      sourceKind: 'evolved',
      rowCount: 3,
      responses: { present: 1, missing: 2 },
      alignment: { kind: 'birth', matched: 3, total: 3, version: 1 },
      flags: { no_response: 2 },
    })
    const changed = alpacaRows(3, 'new seed')
    await importRows(study, 'alpaca.json', changed)
    const cell = currentCells(study.db, study.studyId).find((other) => other.id === cellId)
    expect(newestAlignment(study.db, cell!.no)).toMatchObject({ kind: 'birth', version: 1 })
  })

  it('report numbers that were left out', () => {
    const { cellNo, cellId } = evolve(1)
    const cell = currentCells(study.db, study.studyId).find((other) => other.no === cellNo)
    expect(cell).toMatchObject({ rowCount: 3, skipped: [1] })
    const rows = selectRows(study.db, study.studyId, { ...emptyFilter(), arms: ['tiny'] })
    expect([...(rows.get(cellNo) ?? [])]).toEqual([0, 2])
    expect(() => getRowDetail(study.db, study.studyId, cellId, 1)).toThrow(/no row 2/)
  })
})

describe('deleting a file', () => {
  it('can be undone, unless another revision took its place', async () => {
    const { db, studyId } = study
    const [seeds] = currentCells(db, studyId)
    deleteCell(db, studyId, seeds!.id)
    expect(currentCells(db, studyId).map((cell) => cell.armKey)).toEqual(['large'])
    restoreCell(db, studyId, seeds!.id)
    expect(currentCells(db, studyId)).toHaveLength(2)
    deleteCell(db, studyId, seeds!.id)
    await importRows(study, 'alpaca.json', alpacaRows(3, 'other'))
    expect(() => restoreCell(db, studyId, seeds!.id)).toThrow(/Revision 2/)
  })
})
