import { describe, expect, it } from 'vitest'
import { compareStateSchema } from '@/lib/contracts/compare'
import { publishEvolvedCell } from '../cells/evolved'
import { currentCells } from '../cells'
import { slotsOfCell } from './slots'
import { comparePage } from '../compare'
import { alpacaRows, importRows, testStudy } from '@/lib/testing/imports'

const a = { armKey: 'small', armLabel: 'Small', armClass: 'small', seedSetKey: 'general' } as const

describe('slotsOfCell', () => {
  it('follows parents of parents, not positions', async () => {
    const study = await testStudy()
    try {
      await importRows(study, 'seeds.json', alpacaRows(4, 'seed'), {
        armKey: null,
        round: 0,
        seedSetKey: 'general',
      })
      const arm = { ...a, align: 'index' } as const
      const first = await importRows(study, 'r1.json', alpacaRows(4, 'one'), { ...arm, round: 1 })
      const parent = currentCells(study.db, study.studyId).find((cell) => cell.id === first.cellId)
      if (!parent) throw new Error('no cell')
      // Round 2 was made from the rows of round 1 in another order, and one of them is gone.
      const parents = [3, 0, 2]
      const child = publishEvolvedCell(study.db, {
        place: {
          studyId: study.studyId,
          seedSetId: parent.seedSetId,
          armId: parent.armId,
          round: 2,
          source: {
            kind: 'evolved',
            fileName: 'r2',
            sizeBytes: 0,
            sha256: 'x',
            format: 'alpaca',
            container: 'none',
            mapping: null,
            keySets: [],
            definition: null,
          },
        },
        parentCellNo: parent.no,
        rows: parents.map((parentIdx, idx) => ({
          idx,
          instruction: `two from ${parentIdx}`,
          input: '',
          parentIdx,
          operator: 'deepen',
          extra: null,
        })),
        responses: null,
        notes: [],
      })
      const read = await slotsOfCell(study.db, { no: child.cellNo, rowCount: 3 })
      expect([...read.slots]).toEqual(parents)
      expect(read.kind).toBe('birth')
      const query = compareStateSchema.parse({
        a: { arm: 'small', round: 2, runs: [] },
        b: { arm: 'small', round: 1, runs: [] },
      })
      const page = await comparePage(study.db, study.studyId, query, 0, 10)
      expect(page.rows.map((row) => [row.slot, row.a.instruction, row.b.instruction])).toEqual([
        [0, 'two from 0', 'one 0'],
        [2, 'two from 2', 'one 2'],
        [3, 'two from 3', 'one 3'],
      ])
      expect(page.rows[0]?.a.operator).toBe('deepen')
    } finally {
      await study.close()
    }
  })
})
