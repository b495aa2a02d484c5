import { beforeEach, describe, expect, it } from 'vitest'
import { databaseBefore } from '@/lib/testing/database'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { decideOn, decideOnAll } from '@/lib/testing/decisions'
import { alpacaRows, importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { currentCells } from '../../cells'
import { listRows, selectRows } from '..'
import { redoAnnotation, undoAnnotation, undoSteps } from '.'
import { decisionTable, listDecisions } from './log'
import { countRows, eachRow, packRows } from './parts'

let study: TestStudy
let cellId: string
studyEach((fresh) => (study = fresh))
beforeEach(async () => {
  await importRows(study, 'alpaca.json', alpacaRows(8, 'seed'))
  await importRows(study, 'alpaca-iter1-small.json', alpacaRows(8, 'evolved'))
  cellId = currentCells(study.db, study.studyId)[0]!.id
})

const rowsWith = (filter: Partial<RowFilter>) =>
  [...selectRows(study.db, study.studyId, { ...emptyFilter(), ...filter }).values()].map((rows) => [
    ...rows,
  ])
const rows = (...idxs: number[]) => idxs.map((idx) => ({ cellId, idx }))
const log = () => listDecisions(study.db, study.studyId, { text: '' }).entries

describe('decisions', () => {
  it('on many rows are one entry, undone and brought back in one step', async () => {
    const { no, rows: marked } = await decideOnAll(study, {}, { kind: 'drop', reason: 'dull' })
    expect(marked).toBe(16)
    expect(rowsWith({ hideDropped: true })).toEqual([[], []])
    expect(log()).toMatchObject([
      { no, kind: 'drop', rows: 16, reason: 'dull', author: 'local', filter: emptyFilter() },
    ])
    undoAnnotation(study.db, study.studyId, no!)
    expect(rowsWith({ hideDropped: true }).flat()).toHaveLength(16)
    redoAnnotation(study.db, study.studyId, no!)
    expect(rowsWith({ hideDropped: true }).flat()).toHaveLength(0)
  })

  it('that are undone and done again in turn never leave an older list standing', () => {
    const [first, second] = [1, 2].map((idx) => decideOn(study, rows(idx), { kind: 'star' }).no!)
    undoAnnotation(study.db, study.studyId, first!)
    expect(rowsWith({ marks: ['star'] })[0]).toEqual([2])
    redoAnnotation(study.db, study.studyId, first!)
    undoAnnotation(study.db, study.studyId, second!)
    expect(rowsWith({ marks: ['star'] })[0]).toEqual([1])
  })

  it('are those of the last entry: keep replaces exclude, and its undoing brings that back', async () => {
    await decideOnAll(study, {}, { kind: 'drop' })
    const kept = decideOn(study, rows(3, 5), { kind: 'keep' })
    expect(rowsWith({ marks: ['keep'] })[0]).toEqual([3, 5])
    expect(rowsWith({ marks: ['drop'] })[0]).toEqual([0, 1, 2, 4, 6, 7])
    // Taking an exclusion off leaves kept rows as they are.
    await decideOnAll(study, {}, { kind: 'drop', removes: true })
    expect(rowsWith({ marks: ['keep', 'drop'] })).toEqual([[3, 5], []])
    undoAnnotation(study.db, study.studyId, undoSteps(study.db, study.studyId).undo!)
    undoAnnotation(study.db, study.studyId, kept.no!)
    expect(rowsWith({ marks: ['drop'] }).flat()).toHaveLength(16)
  })

  it('hold tags of the user, each for itself, and the newest note', async () => {
    decideOn(study, rows(0, 1), { kind: 'tag', value: ' math ' })
    decideOn(study, rows(1, 2), { kind: 'tag', value: 'hard' })
    decideOn(study, rows(0), { kind: 'tag', value: 'math', removes: true })
    decideOn(study, rows(1), { kind: 'note', value: 'first' })
    const newer = decideOn(study, rows(1), { kind: 'note', value: 'second', author: 'Ada' })
    expect(rowsWith({ tags: ['math'] })[0]).toEqual([1])
    expect(rowsWith({ tags: ['math', 'hard'] })[0]).toEqual([1, 2])
    expect(rowsWith({ marks: ['tag'] })[0]).toEqual([1, 2])
    expect(
      rowsWith({ where: { not: { is: 'marks', kinds: [], tags: ['hard'] } } })[0],
    ).toHaveLength(6)
    const shown = () =>
      listRows(study.db, study.studyId, {
        filter: emptyFilter(),
        sort: { column: 'position', descending: false },
        columns: [],
        offset: 1,
        limit: 1,
      })
    const [row] = (await shown()).rows
    expect(row).toMatchObject({ tags: ['math', 'hard'], note: 'second', marks: ['note', 'tag'] })
    undoAnnotation(study.db, study.studyId, newer.no!)
    expect((await shown()).rows[0]?.note).toBe('first')
  })

  it('that change nothing, on no row or twice the same, add no entry', async () => {
    const nothing = { no: null, rows: 0 }
    expect(await decideOnAll(study, { text: 'nowhere' }, { kind: 'star' })).toEqual(nothing)
    decideOn(study, rows(1, 1, 2), { kind: 'star' })
    expect(log()[0]?.rows).toBe(2)
    expect(decideOn(study, rows(2), { kind: 'star' })).toEqual(nothing)
    expect(decideOn(study, rows(5), { kind: 'star', removes: true })).toEqual(nothing)
    expect(log()).toHaveLength(1)
  })

  it('are refused for rows that are not there, for empty notes and tags, and by other studies', () => {
    expect(() => decideOn(study, rows(8), { kind: 'star' })).toThrow(/no row 9/)
    expect(() => decideOn(study, rows(1), { kind: 'note', value: '  ' })).toThrow(/needs 1 to/)
    expect(() => decideOn(study, rows(1), { kind: 'tag', value: 'x'.repeat(201) })).toThrow(/200/)
    const { no } = decideOn(study, rows(1), { kind: 'star' })
    expect(() => undoAnnotation(study.db, 'another', no!)).toThrow(/no entry/)
    expect(() => redoAnnotation(study.db, study.studyId, no! + 1)).toThrow(/no entry/)
  })

  it('step back and forth like an editor: a new decision ends the way forward', () => {
    const { db, studyId } = study
    const [a, b] = [1, 2].map((idx) => decideOn(study, rows(idx), { kind: 'star' }).no!)
    expect(undoSteps(db, studyId)).toEqual({ undo: b, redo: null })
    undoAnnotation(db, studyId, b!)
    undoAnnotation(db, studyId, a!)
    expect(undoSteps(db, studyId)).toEqual({ undo: null, redo: a })
    redoAnnotation(db, studyId, a!)
    expect(undoSteps(db, studyId)).toEqual({ undo: a, redo: b })
    decideOn(study, rows(4), { kind: 'star' })
    expect(undoSteps(db, studyId).redo).toBeNull()
  })

  it('are found in the log by kind, author and text, and written as a safe table', () => {
    decideOn(study, rows(1), { kind: 'note', value: '=1+1', author: 'Ada' })
    decideOn(study, rows(2), { kind: 'star', reason: '100%_sure', author: 'Grace' })
    const find = (query: object) =>
      listDecisions(study.db, study.studyId, { text: '', ...query }).entries.map(({ kind }) => kind)
    expect(find({ kind: 'note' })).toEqual(['note'])
    expect(find({ author: 'Grace' })).toEqual(['star'])
    expect(find({ text: '%_s' })).toEqual(['star'])
    expect(find({ text: '%' })).toEqual(['star'])
    const { rows: table } = decisionTable(study.db, study.studyId, { text: '' })
    expect(table).toMatchObject([
      { author: 'Grace', what: 'starred', reason: '100%_sure', rows: 1 },
      { author: 'Ada', what: 'noted', value: '=1+1' },
    ])
  })
})

describe('rows of a decision', () => {
  it.each([
    ['none', []],
    ['one', [7]],
    ['a whole file', Array.from({ length: 1000 }, (_, k) => k)],
    ['a few stretches', [1, 2, 3, 9, 10, 800]],
    ['every third', Array.from({ length: 333 }, (_, k) => 3 * k + 2)],
  ])('come back as they were packed: %s', (_, idxs) => {
    const parts = packRows(3, idxs)
    const back: number[] = []
    for (const part of parts) eachRow(part, (row) => back.push(row))
    expect(back).toEqual(idxs)
    expect(parts.reduce((sum, part) => sum + countRows(part), 0)).toBe(idxs.length)
    const bytes = parts.reduce((sum, { bits }) => sum + 16 + (bits?.byteLength ?? 0), 0)
    expect(bytes).toBeLessThan(650)
  })
})

it('decisions of a database from before keep row, text and undoing', () => {
  const { db, migrate } = databaseBefore('_decision_rows.sql')
  db.exec(
    `insert into decisions (study_id, cell_no, idx, kind, value, at, undone_at)
     values ('s', 4, 17, 'note', 'kept', 5, null), ('s', 4, 2, 'drop', null, 6, 7)`,
  )
  migrate()
  expect(
    db
      .prepare(
        `select no, kind, value, row_count, undone_at, cell_no, first, last, bits
         from decisions join decision_rows on decision_no = no order by no`,
      )
      .raw()
      .all(),
  ).toEqual([
    [1, 'note', 'kept', 1, null, 4, 17, 17, null],
    [2, 'drop', null, 1, 7, 4, 2, 2, null],
  ])
})
