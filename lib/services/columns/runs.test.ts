import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { valueAt, emptyColumn } from '@/lib/columns/column'
import { statusCode } from '@/lib/contracts/status'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { currentCells } from '../cells'
import { columnReader } from '../columns'
import { storeRun } from '@/lib/testing/columns'

const CHILD = 2
const ROWS = 4

let study: TestStudy
beforeEach(() => {
  study = testStudy(ROWS)
  const run = (sql: string) => study.db.$client.prepare(sql).run()
  run(
    "insert into response_sets (no, id, cell_no, kind, label, created_at) values (9, 'r9', 2, 'generated', 'other', 1)",
  )
  run('update response_sets set pinned = 1 where no = 2')
  run(
    "insert into alignments (no, id, child_cell_no, parent_cell_no, kind, version, params, matched, total, created_at) values (9, 'a9', 2, 1, 'id', 2, '{}', 4, 4, 1)",
  )
})
afterEach(() => study.close())

/** A run of one definition that reached some rows only and read the cell in its own way. */
function addPart(
  values: Record<number, number>,
  read: { responses: number | null; alignment: number | null },
  pinned = false,
): void {
  const column = emptyColumn(ROWS)
  for (const [row, value] of Object.entries(values)) {
    column.values[Number(row)] = value
    column.status[Number(row)] = statusCode('ok')
  }
  const { no } = storeRun(study.db, study.studyId, {
    metric: 'difficulty_score',
    pinned,
    cells: [{ cellNo: CHILD, outputs: { score: column } }],
  })
  study.db.$client
    .prepare('update run_cells set response_set_no = ?, alignment_no = ? where run_no = ?')
    .run(read.responses, read.alignment, no)
}

function shown(): unknown[] {
  const cell = currentCells(study.db, study.studyId).find(({ no }) => no === CHILD)
  if (!cell) throw new Error('no cell')
  const column = columnReader(study.db, study.studyId).read('difficulty_score.score', cell)
  return Array.from({ length: ROWS }, (_, row) => valueAt(column, row).value)
}

describe('runs of one definition that extend each other', () => {
  const own = { responses: 2, alignment: 1 }

  it.each([
    ['the same responses under the same alignment', own, [1, 2, 3, 4]],
    ['other responses', { ...own, responses: 9 }, [1, 2, null, null]],
    ['no responses', { ...own, responses: null }, [1, 2, null, null]],
    ['another alignment', { ...own, alignment: 9 }, [1, 2, null, null]],
    ['no alignment', { ...own, alignment: null }, [1, 2, null, null]],
    ['other responses and alignment', { responses: 9, alignment: 9 }, [1, 2, null, null]],
  ])('are read together only where they scored alike: %s', (_name, other, expected) => {
    addPart({ 0: 1, 1: 2 }, own, true)
    addPart({ 2: 3, 3: 4 }, other)
    expect(shown()).toEqual(expected)
  })

  it('show the values of the current responses where several sets were scored', () => {
    addPart({ 0: 1, 1: 2 }, own, true)
    addPart({ 2: 3, 3: 4 }, { ...own, responses: 9 })
    study.db.$client.prepare('update response_sets set pinned = no = 9').run()
    expect(shown()).toEqual([null, null, 3, 4])
  })

  it('are read as the shown run has it, whichever was stored last', () => {
    addPart({ 0: 1, 1: 2 }, own)
    addPart({ 2: 3 }, { ...own, alignment: 9 }, true)
    addPart({ 3: 4 }, { ...own, alignment: 9 })
    expect(shown()).toEqual([null, null, 3, 4])
  })
})
