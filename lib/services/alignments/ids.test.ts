import { describe, expect, it } from 'vitest'
import { currentCells, newestAlignment } from '../cells'
import { importRows, studyEach, type TestStudy } from '@/lib/testing/imports'

let study: TestStudy
studyEach((one) => (study = one))

const TOPICS = [
  'volcanoes under the sea',
  'sorting large numbers',
  'a birthday party for twins',
  'Roman law of inheritance',
  'leap years in the calendar',
  'baking bread at home',
  'cycling uphill in winter',
  'tax forms for artists',
  'songs of humpback whales',
  'openings of chess masters',
]

type Id = string | number | null

function rows(id: (k: number) => Id, words: string, order: readonly number[] = [...TOPICS.keys()]) {
  return order.map((k) => ({
    ...(id(k) === null ? {} : { id: id(k) }),
    instruction: `${words} ${TOPICS[k]}.`,
    input: '',
    output: 'x',
  }))
}

const REVERSED = [...TOPICS.keys()].toReversed()

function parents(): (number | null)[] {
  const cell = currentCells(study.db, study.studyId).at(-1)
  const alignment = newestAlignment(study.db, cell?.no ?? -1)
  const found = study.db.$client
    .prepare('select child_idx as c, parent_idx as p from links where alignment_no = ?')
    .all(alignment?.no ?? -1) as { c: number; p: number }[]
  return TOPICS.map((_, k) => found.find(({ c }) => c === k)?.p ?? null)
}

/** Imports seeds that are numbered by position, and evolved rows. */
async function numbered(evolved: ReturnType<typeof rows>) {
  await importRows(
    study,
    'alpaca.json',
    rows((k) => k, 'Tell me about'),
  )
  return importRows(study, 'alpaca-iter1-small.json', evolved)
}

describe('rows that row numbers do not bring to their parents', () => {
  it.each<[string, (k: number) => Id, (k: number) => Id, RegExp]>([
    ['equal ids', (k) => k, (k) => k, /ids equal the parent's/],
    ['a round behind', (k) => `${k}`, (k) => `${k}_3`, /without its last word/],
    ['a word before and a round behind', (k) => k, (k) => `seed-${k}-r2`, /first and last word/],
    [
      'a round behind the whole',
      (k) => `seed-${k}`,
      (k) => `seed-${k}-r2`,
      /without its last word/,
    ],
    ['rounds on both sides', (k) => `seed-${k}-r1`, (k) => `seed-${k}-r2`, /without its last word/],
    ['a round before', (k) => `q${k}`, (k) => `r2.q${k}`, /without its first word/],
    ['leading zeros', (k) => k, (k) => `000${k}/1`, /without its last word/],
  ])('meet by id: %s', async (_, seedId, childId, how) => {
    await importRows(study, 'alpaca.json', rows(seedId, 'Tell me about'))
    const { alignment } = await importRows(
      study,
      'alpaca-iter1-small.json',
      rows(childId, 'Explain in three steps and with a source', REVERSED),
    )
    expect(alignment).toMatchObject({ kind: 'id', matched: 10, total: 10, reason: null })
    expect(alignment?.note).toMatch(how)
    expect(alignment?.note).toMatch(/row numbers do not tell/)
    expect(parents()).toEqual(REVERSED)
  })

  it('meet by a column that names the parent', async () => {
    const seeds = rows((k) => `s${k}`, 'Tell me about')
    const evolved = rows((k) => `e${(k * 7) % 10}`, 'Explain in three steps', REVERSED)
    await importRows(study, 'alpaca.json', seeds)
    const named = evolved.map((row, k) => ({ ...row, seed_id: `s${REVERSED[k]}` }))
    const { alignment } = await importRows(study, 'alpaca-iter1-small.json', named)
    expect(alignment).toMatchObject({ kind: 'id', matched: 10 })
    expect(parents()).toEqual(REVERSED)
  })

  it('are not aligned where two parts of the id lead to different parents', async () => {
    const { alignment } = await numbered(rows((k) => `${k}_${(k + 3) % 10}`, 'Explain', REVERSED))
    expect(alignment).toMatchObject({
      matched: 0,
      reason: expect.stringMatching(/ambiguous.*column/),
    })
    expect(parents()).toEqual(TOPICS.map(() => null))
  })

  it('are not aligned where ids lead to texts that are not alike', async () => {
    await importRows(
      study,
      'alpaca.json',
      rows((k) => `s-${k}`, 'Tell me about'),
    )
    const { alignment } = await importRows(
      study,
      'alpaca-iter1-small.json',
      rows((k) => `e-${9 - ((k + 4) % 10)}`, 'Explain', REVERSED),
    )
    expect(alignment).toMatchObject({
      matched: 0,
      reason: expect.stringMatching(/ids do not help.*like other rows/),
    })
  })

  it('say so where several rows have the id of one seed, and where there are no ids', async () => {
    await importRows(
      study,
      'alpaca.json',
      rows((k) => k, 'Tell me about'),
    )
    const twice = [...rows((k) => `${k}_1`, 'Explain'), ...rows((k) => `${k}_2`, 'Explain')]
    const many = await importRows(study, 'alpaca-iter1-small.json', twice)
    expect(many.alignment).toMatchObject({
      matched: 0,
      reason: expect.stringMatching(/20 rows, its parent 10; ids do not help: no part/),
    })
    const none = await importRows(
      study,
      'alpaca-iter1-large.json',
      rows(() => null, 'Explain', REVERSED),
    )
    expect(none.alignment?.reason).toMatch(/its rows have no id/)
  })

  it('keep row numbers where the texts bear them out, whatever the ids say', async () => {
    const { alignment } = await numbered(rows((k) => 9 - k, 'Explain'))
    expect(alignment).toMatchObject({ kind: 'index', matched: 10, note: null })
  })
})
