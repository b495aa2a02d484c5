import { describe, expect, it } from 'vitest'
import { importRows, studyEach, type TestStudy } from '@/lib/testing/imports'
import { realignStudy } from '../alignments'
import { currentCells, newestAlignment } from '../cells'
import { alignmentFacts, changeAlignment, startAligning } from './change'
import { similarityPreview } from './preview'
import { similarPairs } from './similarity'

let study: TestStudy
studyEach((one) => (study = one))

const SEEDS = [
  'Explain how volcanoes form under the sea.',
  'Sort the numbers in this list.',
  'Plan a birthday party for a child of six.',
  'Compare Roman law with common law.',
]
const row = (instruction: string, input = '') => ({ instruction, input, output: 'x' })
// In another order; the last two have no one parent.
const CHILDREN = [
  'Plan a birthday party for a child of six, with cake.',
  'Explain how volcanoes form under the sea floor.',
  'Compare Roman law with common law in England.',
  'Something else entirely: quantum wells.',
]

const cellAt = (armKey: string | null, round: number) => {
  const found = currentCells(study.db, study.studyId).find(
    (cell) => cell.armKey === armKey && cell.round === round,
  )
  if (!found) throw new Error('no such cell')
  return found
}
const links = (cellNo: number) =>
  study.db.$client
    .prepare(
      'select child_idx, parent_idx, confidence from links where alignment_no = ? order by 1',
    )
    .raw()
    .all(newestAlignment(study.db, cellNo)?.no ?? -1)
const change = (cellId: string, wanted: Parameters<typeof changeAlignment>[3]) =>
  changeAlignment(study.db, study.studyId, cellId, wanted)

async function fill(
  seeds = SEEDS.map((text) => row(text)),
  children = CHILDREN.map((text) => row(text)),
) {
  await importRows(study, 'alpaca.json', seeds)
  await importRows(study, 'alpaca-iter1-small.json', children)
  return cellAt('small', 1)
}

describe('alignment by likeness', () => {
  it('links rows that are clearly alike, in any order, with their likeness, and says why others have no parent', async () => {
    const child = await fill()
    const result = change(child.id, { align: 'similarity' })
    expect(result).toMatchObject({ kind: 'similarity', matched: 3, total: 4 })
    expect(result.reason).toMatch(/^1 rows (have no row|are less like)/)
    expect(links(child.no)).toEqual([
      [0, 2, expect.closeTo(36 / 49, 12)],
      [1, 0, expect.closeTo(36 / 44, 12)],
      [2, 3, expect.closeTo(28 / 40, 12)],
    ])
    // A lower threshold is kept with the alignment, another one makes another version.
    expect(change(child.id, { threshold: 0.8 })).toMatchObject({ matched: 1 })
    expect(alignmentFacts(study.db, study.studyId, child.id)).toMatchObject({
      align: 'similarity',
      threshold: 0.8,
    })
    // Back to what it was: the undo of a change is the settings before it.
    expect(change(child.id, { threshold: 0.5 })).toMatchObject({ matched: 3 })
  })

  it('compares rows of equal input only', async () => {
    const same = 'Summarise the text.'
    const child = await fill(
      [row(same, 'about tides'), row(same, 'about bees')],
      [row(`${same} Be brief.`, 'about bees'), row(`${same} Be kind.`, 'about rain')],
    )
    change(child.id, { align: 'similarity' })
    expect(links(child.no).map((link) => (link as number[]).slice(0, 2))).toEqual([[0, 1]])
  })

  it('refuses pairs that cannot be told apart, and two children of one parent', async () => {
    const twice = await fill([row(SEEDS[0]!), row(SEEDS[0]!)], [row(SEEDS[0]!), row(SEEDS[1]!)])
    expect(change(twice.id, { align: 'similarity' })).toMatchObject({
      matched: 0,
      reason: expect.stringContaining('nearly as like a second row'),
    })
    const pairs = similarPairs(study.db, cellAt('small', 1).no, cellAt(null, 0).no)
    expect(pairs.pairs[0]).toMatchObject({ score: 1, second: 1 })
  })

  it('gives the nearer of two children to their parent', async () => {
    const near = `${SEEDS[0]} Briefly.`
    const child = await fill(undefined, [row(`${SEEDS[0]} Name two examples.`), row(near)])
    expect(change(child.id, { align: 'similarity' })).toMatchObject({
      matched: 1,
      reason: expect.stringContaining('more like another one'),
    })
    expect(links(child.no)[0]).toEqual([1, 0, expect.any(Number)])
  })

  it('finds the same in a file too large to compare with all', async () => {
    const words = (k: number) => `Question number ${k * 7919} about topic ${(k * 104729) % 9973}`
    const seeds = Array.from({ length: 300 }, (_, k) => row(words(k)))
    const child = await fill(
      seeds,
      seeds.map(({ instruction }) => row(`${instruction}!`)).toReversed(),
    )
    change(child.id, { align: 'similarity', threshold: 0.3 })
    const found = links(child.no) as [number, number, number][]
    expect(found.length).toBeGreaterThan(150)
    expect(found.every(([at, parent]) => parent === 299 - at)).toBe(true)
  })

  it('shows before what each threshold links, and the doubtful pairs', async () => {
    const child = await fill()
    const preview = similarityPreview(study.db, study.studyId, child.id, {
      threshold: 0.71,
      parent: null,
    })
    expect(preview).toMatchObject({ looked: 4, total: 4 })
    expect([preview.linked[0], preview.linked[10], preview.linked[16], preview.linked[20]]).toEqual(
      [expect.any(Number), 3, 1, 0],
    )
    expect(preview.doubtful[0]).toMatchObject({
      childIdx: 2,
      parentIdx: 3,
      doubt: 'below',
      child: CHILDREN[2],
      parent: SEEDS[3],
    })
    const first = cellAt(null, 0)
    expect(() =>
      similarityPreview(study.db, study.studyId, first.id, { threshold: 0.5, parent: null }),
    ).toThrow(/parent file is not here/)
  })
})

describe('the parent file', () => {
  it('can be another one of an earlier round, and is kept when files arrive', async () => {
    await fill()
    await importRows(
      study,
      'alpaca-iter2-large.json',
      CHILDREN.map((text) => row(`${text} Now.`)),
    )
    const child = cellAt('large', 2)
    expect(alignmentFacts(study.db, study.studyId, child.id).parents).toEqual([
      { arm: null, round: 0 },
      { arm: 'small', round: 1 },
    ])
    change(child.id, { align: 'index', parent: { arm: 'small', round: 1 } })
    expect(newestAlignment(study.db, child.no)).toMatchObject({
      parentCellNo: cellAt('small', 1).no,
      matched: 4,
    })
    await importRows(
      study,
      'alpaca-iter1-large.json',
      CHILDREN.map((text) => row(`Now: ${text}`)),
    )
    realignStudy(study.db, study.studyId)
    expect(newestAlignment(study.db, child.no)?.parentCellNo).toBe(cellAt('small', 1).no)
    change(child.id, { parent: null })
    expect(newestAlignment(study.db, child.no)?.parentCellNo).toBe(cellAt('large', 1).no)
  })

  it('is never of the same or a later round', async () => {
    const child = await fill()
    const wanted = { cells: [child.id], parent: { arm: 'small', round: 1 } }
    expect(() => startAligning(study, study.studyId, wanted)).toThrow(
      /earlier round: alpaca, seeds/,
    )
  })
})
