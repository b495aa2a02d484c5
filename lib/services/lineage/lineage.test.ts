import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { lineageSortSchema, type LineageSort } from '@/lib/contracts/lineage'
import { alpacaRows, importRows, planFor, testStudy, type TestStudy } from '@/lib/testing/imports'
import { storeRun } from '@/lib/testing/columns'
import { realignStudy } from '../alignments'
import { currentCells } from '../cells'
import { importFile } from '../imports/file'
import { lineagePage, lineageStory } from '.'
import { storyMarkdown, storyText } from '@/lib/contracts/lineage-text'

const MND = 'mnd.mnd'
let study: TestStudy

beforeAll(async () => {
  study = await testStudy()
  await importRows(study, 'alpaca.json', alpacaRows(6, 'seed text'))
  await importRows(study, 'alpaca-iter1-small.json', alpacaRows(6, 'small once'), {
    operators: 'rotation4',
  })
  await importRows(study, 'alpaca-iter2-small.json', alpacaRows(6, 'small twice'))
  // Rows that say which text they were made from: two of one seed, one of an unknown text.
  const made = (k: number, from: string) => ({
    instruction: `large ${k}`,
    input: '',
    output: 'x',
    original_instruction: from,
  })
  const rows = [made(0, 'seed text 3'), made(1, 'seed text 3'), made(2, 'no such text')]
  const plan = await planFor(study, 'alpaca-iter1-large.json', JSON.stringify(rows))
  const mapping = { ...plan.mapping, parent: 'original_instruction' }
  await importFile(study, study.studyId, { ...plan, align: 'text', mapping })
  realignStudy(study.db, study.studyId)
  const once = currentCells(study.db, study.studyId).find(
    ({ armKey, round }) => armKey === 'small' && round === 1,
  )
  storeRun(study.db, study.studyId, {
    metric: 'mnd',
    cells: [{ cellNo: once!.no, outputs: { mnd: Float64Array.of(0.3, 0.1, 0.6, 0.2, 0.5, 0.4) } }],
  })
})
afterAll(() => study.close())

function page(
  filter: Partial<RowFilter> = {},
  sort: Partial<LineageSort> = {},
  more: { offset?: number; limit?: number; find?: { cellId: string; idx: number } } = {},
) {
  return lineagePage(study.db, study.studyId, {
    filter: { ...emptyFilter(), ...filter },
    sort: lineageSortSchema.parse(sort),
    columns: [MND],
    offset: 0,
    limit: 100,
    ...more,
  })
}
const slots = (result: Awaited<ReturnType<typeof page>>) => result.seeds.map(({ slot }) => slot)
const places = (result: Awaited<ReturnType<typeof page>>, k: number) =>
  result.seeds[k]?.steps.map(({ armKey, round, idx }) => `${armKey ?? 'seeds'} ${round} ${idx}`)

it('says where in the list a row is, by its seed, under any order and filter', async () => {
  const cell = (arm: string, round: number) =>
    currentCells(study.db, study.studyId).find((one) => one.armKey === arm && one.round === round)!
      .id
  const find = { cellId: cell('small', 2), idx: 4 }
  expect((await page({}, {}, { find, limit: 1 })).foundAt).toBe(4)
  expect((await page({}, { descending: true }, { find })).foundAt).toBe(2)
  // Both rows of one seed lead to it; a row without a seed is an entry of its own, after the six seeds.
  const large = cell('large', 1)
  expect((await page({}, {}, { find: { cellId: large, idx: 1 } })).foundAt).toBe(3)
  expect((await page({}, {}, { find: { cellId: large, idx: 2 } })).foundAt).toBe(6)
  expect((await page({ text: 'seed text 3' }, {}, { find })).foundAt).toBeNull()
  expect((await page({}, {}, { find: { cellId: 'none', idx: 0 } })).foundAt).toBeNull()
  expect((await page()).foundAt).toBeNull()
})

describe('the lineage grid', () => {
  it('has every step of a seed, and the rows without a seed after the seeds', async () => {
    const result = await page()
    expect(result).toMatchObject({ total: 7, outOf: 7, offset: 0 })
    expect(slots(result)).toEqual([0, 1, 2, 3, 4, 5, null])
    expect(places(result, 0)).toEqual(['seeds 0 0', 'small 1 0', 'small 2 0'])
    expect(places(result, 3)).toEqual(['seeds 0 3', 'small 1 3', 'small 2 3', 'large 1 0'])
    expect(places(result, 6)).toEqual(['large 1 2'])
  })

  it('names parent, operator and value of a step, and further rows of one seed', async () => {
    const { seeds } = await page()
    const [seed, once, twice, large] = seeds[3]!.steps
    expect(seed).toMatchObject({ parent: null, operator: null })
    expect(once).toMatchObject({
      parent: { cellId: seed!.cellId, idx: 3 },
      operator: expect.any(String),
      operatorSource: 'inferred',
      values: { [MND]: { value: 0.2, status: 'ok' } },
      more: 0,
    })
    expect(twice?.parent).toEqual({ cellId: once!.cellId, idx: 3 })
    expect(large).toMatchObject({ instruction: 'large 0', more: 1 })
    expect(seeds[6]?.steps[0]?.parent).toBeNull()
  })

  it('says which files have rows without a seed and seeds with several rows', async () => {
    const { gaps } = await page()
    expect(gaps).toEqual([
      expect.objectContaining({
        armKey: 'large',
        round: 1,
        rows: 3,
        unlinked: 1,
        repeated: 1,
        reason: expect.stringContaining('that no row of the parent has'),
      }),
    ])
  })

  it('keeps seeds of which any row passes the filter, whole', async () => {
    const result = await page({ ranges: [{ column: MND, min: 0.45, max: null, missing: false }] })
    expect(slots(result)).toEqual([2, 4])
    expect(result).toMatchObject({ total: 2, outOf: 7 })
    expect(places(result, 0)).toHaveLength(3)
    expect(slots(await page({ arms: ['large'] }))).toEqual([3, null])
    expect(slots(await page({ text: 'small twice 5' }))).toEqual([5])
    expect((await page({ text: 'nowhere' })).total).toBe(0)
  })

  it('sorts by a column of a step, missing values last both ways', async () => {
    const step = { column: MND, arm: 'small', round: 1 }
    expect(slots(await page({}, step))).toEqual([1, 3, 0, 5, 4, 2, null])
    expect(slots(await page({}, { ...step, descending: true }))).toEqual([2, 4, 5, 0, 3, 1, null])
    expect(slots(await page({}, { ...step, round: 2 }))).toEqual([0, 1, 2, 3, 4, 5, null])
  })

  it('gives pages that add up to the whole', async () => {
    const first = await page({}, {}, { limit: 4 })
    const rest = await page({}, {}, { offset: 4, limit: 4 })
    expect([...slots(first), ...slots(rest)]).toEqual(slots(await page()))
    expect(slots(await page({}, {}, { offset: 50 }))).toEqual([])
  })
})

describe('the story of a seed', () => {
  const read = (slot: number) =>
    lineageStory(study.db, study.studyId, { seedSetKey: 'alpaca', slot })

  it('has all rows that descend from it', async () => {
    const story = await read(3)
    expect(story.hasSeed).toBe(true)
    expect(story.steps.map(({ instruction }) => instruction)).toEqual([
      'seed text 3',
      'small once 3',
      'small twice 3',
      'large 0',
      'large 1',
    ])
  })

  it('is told as text and as Markdown with changed words marked', async () => {
    const story = await read(0)
    expect(storyText(story, [])).toContain(
      'alpaca, small, round 1, row 0, constraints\n  small once 0',
    )
    expect(storyMarkdown(story, [])).toMatch(/> ~~seed text~~\*\*small once\*\* 0/)
  })

  it('gives hostile texts no meaning in Markdown', async () => {
    const story = await read(0)
    const evil = '<script>x</script> [a](javascript:x) ![i](http://h) # `c`'
    story.steps = [{ ...story.steps[0]!, instruction: evil }]
    const text = storyMarkdown(story, [])
    expect(text).not.toContain('<script')
    expect(text).not.toMatch(/[^\\]\]\(/)
  })

  it('says what there is when nobody descends from such a seed', async () => {
    await expect(read(99)).rejects.toThrow(/seed 99 of "alpaca".*alpaca/)
  })
})
