import { describe, expect, it } from 'vitest'
import type { ImportPlan } from '@/lib/contracts/study'
import { alignmentFacts } from './change'
import { charGrams, jaccard } from './check'
import type { OperatorRule } from '@/lib/contracts/operators'
import { BREADTH_ORDER, operatorFor } from '@/lib/prompts/operators'
import { operatorColumn, operatorName, operatorSql } from './operators'
import { realignStudy } from '../alignments'
import { currentCells, newestAlignment } from '../cells'
import { cleanupStaging } from '../cells/staging'
import { alpacaRows, importRows, planFor, studyEach, type TestStudy } from '@/lib/testing/imports'
import { importFile } from '../imports/file'

let study: TestStudy
studyEach((one) => (study = one))

const TOPICS = [
  'volcanoes',
  'sorting numbers',
  'a birthday party',
  'Roman law',
  'leap years',
  'bread',
  'cycling uphill',
  'tax forms',
  'whale songs',
  'chess openings',
]

const seeds = () =>
  TOPICS.map((topic) => ({
    instruction: `Tell me something about ${topic}, please.`,
    input: '',
    output: 'x',
  }))
const evolved = () =>
  TOPICS.map((topic) => ({
    instruction: `In three steps, tell me something new about ${topic} and cite a source.`,
    input: '',
    output: 'x',
  }))

const links = (cellNo: number) =>
  study.db.$client
    .prepare(
      'select child_idx as c, parent_idx as p, operator as o from links where alignment_no = ? order by child_idx',
    )
    .all(newestAlignment(study.db, cellNo)?.no ?? -1) as {
    c: number
    p: number
    o: string | null
  }[]

describe('alignment by index without inputs', () => {
  it('is believed when paired rows are alike', async () => {
    await importRows(study, 'alpaca.json', seeds())
    const result = await importRows(study, 'alpaca-iter1-small.json', evolved())
    expect(result.alignment).toMatchObject({ matched: 10, total: 10, reason: null })
    const [, cell] = currentCells(study.db, study.studyId)
    const check = newestAlignment(study.db, cell!.no)?.params['check']
    expect(check).toMatchObject({ by: 'similarity', passed: true })
  })

  it('is refused when they are no more alike than random pairs', async () => {
    await importRows(study, 'alpaca.json', seeds())
    const shuffled = evolved()
    const result = await importRows(study, 'alpaca-iter1-small.json', [
      ...shuffled.slice(4),
      ...shuffled.slice(0, 4),
    ])
    expect(result.alignment).toMatchObject({
      matched: 0,
      total: 10,
      reason: expect.stringMatching(/like other rows/),
    })
    const slots = study.db.$client
      .prepare('select count(*) from rows where slot is null')
      .pluck()
      .get()
    expect(slots).toBe(10)
  })
})

describe('alignment by id', () => {
  const withIds = (order: number[], word: string) =>
    order.map((k) => ({ id: `row-${k}`, instruction: `${word} ${k}`, input: `i${k}`, output: 'x' }))
  const byId: Partial<ImportPlan> = { align: 'id', operators: 'rotation5' }

  async function importById(name: string, rows: unknown[], changes: Partial<ImportPlan>) {
    const plan = await planFor(study, name, JSON.stringify(rows), changes)
    return importFile(study, study.studyId, { ...plan, mapping: { ...plan.mapping, id: 'id' } })
  }

  it('finds rows in any order, and gives them the slots of their parents', async () => {
    await importById('alpaca.json', withIds([0, 1, 2, 3], 'seed'), {})
    const result = await importById('alpaca-iter1-small.json', withIds([2, 0, 3], 'evolved'), byId)
    expect(result.alignment).toMatchObject({ matched: 3, total: 3 })
    const [, cell] = currentCells(study.db, study.studyId)
    // The rotation goes by the row of the source file.
    expect(links(cell!.no)).toEqual([
      { c: 0, p: 2, o: 'concretizing' },
      { c: 1, p: 0, o: 'constraints' },
      { c: 2, p: 3, o: 'reasoning' },
    ])
    expect(
      study.db.$client
        .prepare('select slot from rows where cell_no = ? order by idx')
        .pluck()
        .all(cell!.no),
    ).toEqual([2, 0, 3])
  })

  it('waits for the parent, and refuses ids that repeat', async () => {
    const early = await importById('alpaca-iter1-small.json', withIds([2, 0, 3], 'evolved'), byId)
    expect(early.alignment).toMatchObject({
      matched: 0,
      reason: expect.stringMatching(/not here yet/),
    })
    await importById('alpaca.json', withIds([0, 1, 2, 3], 'seed'), {})
    expect(realignStudy(study.db, study.studyId)).toMatchObject([
      { result: { matched: 3, reason: null } },
    ])
    expect(realignStudy(study.db, study.studyId)).toEqual([])
    const twice = await importById('alpaca-iter1-large.json', withIds([1, 1], 'evolved'), byId)
    expect(twice.alignment).toMatchObject({
      matched: 0,
      reason: expect.stringMatching(/not unique/),
    })
  })

  it('leaves the old version in place when a re-alignment is cut off', async () => {
    await importById('alpaca-iter1-small.json', withIds([2, 0], 'evolved'), byId)
    await importById('alpaca.json', withIds([0, 1, 2], 'seed'), {})
    const controller = new AbortController()
    controller.abort()
    expect(() => realignStudy(study.db, study.studyId, controller.signal)).toThrow(/cancelled/)
    const [, cell] = currentCells(study.db, study.studyId)
    expect(newestAlignment(study.db, cell!.no)?.version).toBe(1)
    cleanupStaging(study.db)
    realignStudy(study.db, study.studyId)
    expect(newestAlignment(study.db, cell!.no)).toMatchObject({ version: 2, matched: 2 })
  })
})

describe('inferred operators', () => {
  it('follow the rotation of the evolution script', () => {
    const found = (rule: OperatorRule, round: number, n: number) => {
      const { sql } = operatorSql(study.db, 0, round, rule)
      return study.db.$client
        .prepare(
          `with recursive c(idx) as (select 0 union all select idx + 1 from c where idx < ${n - 1}) select ${sql('c.idx')} from c`,
        )
        .pluck()
        .all()
    }
    expect(found('rotation4', 1, 5)).toEqual([
      'constraints',
      'deepen',
      'concretizing',
      'reasoning',
      'constraints',
    ])
    expect(found('rotation4', 2, 5)).toEqual([
      'deepen',
      'concretizing',
      'reasoning',
      'constraints',
      'deepen',
    ])
    expect(found('rotation5', 3, 6)).toEqual([
      'concretizing',
      'reasoning',
      'breadth',
      'constraints',
      'deepen',
      'concretizing',
    ])
    expect(found('none', 1, 1)).toEqual([null])
    // What the evolution job of this tool uses.
    for (const round of [1, 2, 3]) {
      const wanted = Array.from({ length: 12 }, (_, idx) => operatorFor(idx, round, BREADTH_ORDER))
      expect(found('rotation5', round, 12)).toEqual(wanted)
    }
  })

  it('have names of ours in the spellings of others', () => {
    const names = [
      'Add Constraints',
      'deepening',
      'concretising',
      'increased reasoning steps',
      'in-breadth',
      'Swap',
    ]
    expect(names.map(operatorName)).toEqual([
      'constraints',
      'deepen',
      'concretizing',
      'reasoning',
      'breadth',
      'Swap',
    ])
    expect(operatorColumn(['instruction', 'type', 'evol_type'])).toBe('evol_type')
    expect(operatorColumn(['instruction', 'type', 'method'])).toBeNull()
  })
})

describe('similarity', () => {
  it('is shared 5-grams over all 5-grams', () => {
    expect([...charGrams('Ab  cdE')]).toEqual(['ab cd', 'b cde'])
    expect(jaccard(charGrams('abcdef'), charGrams('abcdeg'))).toBeCloseTo(1 / 3)
    expect(jaccard(charGrams(''), charGrams(''))).toBe(0)
  })
})

describe('the rotation of operators', () => {
  const rotationOf = async (rows: object[]) => {
    const plan = { seedSetKey: 'gsm8k-train', seedSetLabel: 'GSM8K', armKey: 'small', round: 1 }
    const { cellId } = await importRows(study, 'gsm8k-iter1-small.json', rows, plan)
    return alignmentFacts(study.db, study.studyId, cellId).rotation
  }
  it('is proposed where name and size are those of the study, and no column says more', async () => {
    expect(await rotationOf(alpacaRows(7472, 'a'))).toBeNull()
    expect(await rotationOf(alpacaRows(7473, 'a'))).toBe('rotation4')
    const told = alpacaRows(7473, 'a').map((row) => ({ ...row, evol_type: 'deepen' }))
    expect(await rotationOf(told)).toBeNull()
  })
})
