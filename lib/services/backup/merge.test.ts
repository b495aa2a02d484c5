import { eq } from 'drizzle-orm'
import { beforeAll, expect, it } from 'vitest'
import type { Db } from '@/db/client'
import { columnValues, decisionRows, runs, studies, views } from '@/db/schema'
import { TABLES } from '@/db/tables'
import { mergeRequestSchema, type MergeRequest } from '@/lib/contracts/merge'
import { cliFolder } from '@/lib/testing/cli-folder'
import { alpacaRows, importRows } from '@/lib/testing/imports'
import { storeRun } from '@/lib/testing/columns'
import { decideOn } from '@/lib/testing/decisions'
import type { ServiceContext } from '../context'
import { realignStudy } from '../alignments'
import { currentCells } from '../cells'
import { createStudy } from '../studies'
import { saveView } from '../studies/views'
import { listArms, listSeedSets } from '../studies/detail'
import { mergeStudies } from './merge'
import { planMerge } from './merge-plan'
import { countOf, readPart, STUDY_TABLES } from './tables'

const ROWS = 6
const { fill } = cliFolder()
let first: string
let second: string

async function study(context: ServiceContext, name: string, text: string, word: string) {
  const { id: studyId } = createStudy(context.db, { name })
  const one = { ...context, studyId, close: async () => {} }
  await importRows(one, 'alpaca.json', alpacaRows(ROWS, 'seed'))
  await importRows(one, 'alpaca-iter1-small.json', alpacaRows(ROWS, text))
  realignStudy(context.db, studyId)
  const cells = currentCells(context.db, studyId)
  storeRun(context.db, studyId, {
    metric: 'mnd',
    cells: cells.map(({ no }) => ({
      cellNo: no,
      outputs: { mnd: Float64Array.from({ length: ROWS }, (_, row) => row) },
    })),
  })
  const { db } = context
  const evolved = cells.find(({ armKey }) => armKey !== null)
  for (const [no, value] of ['shared', word].entries())
    db.insert(columnValues)
      .values({ studyId, metricId: 'mnd', no: no + 1, value: `"${value}"` })
      .run()
  decideOn(one, [{ cellId: evolved?.id ?? '', idx: 2 }], { kind: 'star' })
  const rows = (filter: object) =>
    ({ page: 'rows', params: { filter: JSON.stringify(filter) } }) as const
  saveView(db, studyId, `${name} named`, rows({ arms: ['small'] }))
  saveView(db, studyId, `${name} side`, { page: 'compare', params: { a: 'small.1' } })
  saveView(db, studyId, `${name} plain`, rows({ rounds: [1], text: 'smaller' }))
  return studyId
}

beforeAll(() =>
  fill(async (context) => {
    first = await study(context, 'First', 'evolved', 'left')
    second = await study(context, 'Second', 'evolved otherwise', 'right')
  }),
)

const request = (given: Partial<MergeRequest>) =>
  mergeRequestSchema.parse({ with: second, name: 'Both', ...given })
const entries = (db: Db) => TABLES.reduce((sum, table) => sum + countOf(db, table, undefined), 0)
const dump = (db: Db, id: string) =>
  JSON.stringify(STUDY_TABLES.map((one) => [...readPart(db, one, id)].map(String)))

it('asks of every evolver that both have, and stores nothing meanwhile', async () => {
  await fill(async (context) => {
    const before = entries(context.db)
    const plan = planMerge(context.db, first, request({}))
    expect(plan.asked).toMatchObject([{ key: 'small' }])
    expect(plan.problems[0]).toMatch(/Both studies have an evolver "small"/)
    // Said to be the same, its files contradict each other; seeds are the same file.
    const same = planMerge(context.db, first, request({ arms: { small: 'small' } }))
    expect(same.files.map(({ armKey, outcome }) => [armKey, outcome])).toEqual([
      [null, 'known'],
      ['small', 'conflict'],
    ])
    expect(same.problems[0]).toMatch(/another file there/)
    await expect(mergeStudies(context, first, request({}), {})).rejects.toThrow(/evolver "small"/)
    expect(() => planMerge(context.db, second, request({}))).toThrow(/with itself/)
    expect(entries(context.db)).toBe(before)
  })
})

it('makes a third study with the files, values and decisions of both', async () => {
  await fill(async (context) => {
    const { db } = context
    const before = [dump(db, first), dump(db, second)]
    const renamed = request({ arms: { small: 'small-b' } })
    expect(planMerge(db, first, renamed).problems).toEqual([])
    const { studyId, notes } = await mergeStudies(context, first, renamed, {})
    expect(notes.join(' ')).toMatch(/old key/)
    expect([dump(db, first), dump(db, second)]).toEqual(before)
    expect(listSeedSets(db, studyId).map(({ key }) => key)).toEqual(['alpaca'])
    expect(listArms(db, studyId).map(({ key }) => key)).toEqual(['small', 'small-b'])
    const cells = currentCells(db, studyId)
    expect(cells.map(({ armKey, rowCount }) => [armKey, rowCount])).toEqual([
      [null, ROWS],
      ['small', ROWS],
      ['small-b', ROWS],
    ])
    const runList = db.select().from(runs).where(eq(runs.studyId, studyId)).all()
    expect(runList.length).toBe(2)
    // The word that both have keeps its number, the other one follows.
    const words = db.select().from(columnValues).where(eq(columnValues.studyId, studyId)).all()
    expect(words.map(({ no, value }) => [no, value])).toEqual([
      [1, '"shared"'],
      [2, '"left"'],
      [3, '"right"'],
    ])
    const chunkOf = (no: number) =>
      db.$client
        .prepare(`select "values" from column_chunks where cell_no = ? and output = 'mnd'`)
        .pluck()
        .get(no) as Buffer
    const added = cells.find(({ armKey }) => armKey === 'small-b')
    // 2 was the number of a word that is the third here.
    const bytes = chunkOf(added?.no ?? -1)
    expect(Array.from({ length: ROWS }, (_, row) => bytes.readDoubleLE(8 * row))).toEqual([
      0, 1, 3, 3, 4, 5,
    ])
    const starred = db
      .select()
      .from(decisionRows)
      .where(eq(decisionRows.cellNo, added?.no ?? -1))
      .all()
    expect(starred.map((row) => row.first)).toEqual([2])
    const kept = db.select({ name: views.name }).from(views).where(eq(views.studyId, studyId)).all()
    expect(kept.map(({ name }) => name).sort()).toEqual([
      'First named',
      'First plain',
      'First side',
      'Second plain',
    ])
    // Undoing is deleting it: nothing else refers to it.
    db.delete(runs).where(eq(runs.studyId, studyId)).run()
    db.delete(studies).where(eq(studies.id, studyId)).run()
    expect([dump(db, first), dump(db, second)]).toEqual(before)
  })
})
