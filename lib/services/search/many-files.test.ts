import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Condition } from '@/lib/contracts/condition'
import { emptyFilter } from '@/lib/contracts/filter'
import { createRandom } from '@/lib/stats/random'
import { fileStudy, importRows, type TestStudy } from '@/lib/testing/imports'
import { forgetCaches } from '../columns/cache'
import { listRows, selectRows } from '../rows'
import { createStudy } from '../studies'

const WORDS = ['moon', 'tide', 'source', 'sources', 'two', 'explain', 'Rare', 'Übung', '3141']
const FILES = 9
const ROWS = 90

let study: TestStudy
const texts = new Map<string, string[]>()

beforeAll(async () => {
  study = await fileStudy()
  const other = { ...study, studyId: createStudy(study.db, { name: 'Other' }).id }
  const random = createRandom(4)
  const sentence = () =>
    Array.from({ length: 4 }, () => {
      const at = Math.floor(WORDS.length * random.next() ** 3)
      return WORDS[at]
    }).join(' ')
  for (let k = 0; k < FILES; k += 1) {
    // Files of two studies lie in turn in the index.
    for (const of of [study, other]) {
      const rows = Array.from({ length: ROWS }, (_, n) => ({
        instruction: `${sentence()} ${n}`,
        input: n % 3 === 0 ? sentence() : '',
        output: sentence(),
      }))
      const name = k === 0 ? 'alpaca.json' : `alpaca-iter${k}-small.json`
      await importRows(of, name, rows)
      const own = rows.map(({ instruction, input, output }) =>
        [instruction, input, output].join('\n'),
      )
      texts.set(of.studyId, [...(texts.get(of.studyId) ?? []), ...own])
    }
  }
}, 60_000)
afterAll(() => study.close())

/** Rows by place among all of the study: searched in one go for all files, and file by file. */
async function bothWays(where: Condition): Promise<number[]> {
  const filter = { ...emptyFilter(), where }
  const offsets = (rows: Map<number, Int32Array>) =>
    [...rows.values()].flatMap((idx, k) => [...idx].map((one) => k * ROWS + one))
  forgetCaches(study.db)
  const one = offsets(selectRows(study.db, study.studyId, filter))
  forgetCaches(study.db)
  const sort = { column: 'position', descending: false }
  const page = { filter, sort, columns: [], offset: 0, limit: 1 }
  const { total } = await listRows(study.db, study.studyId, page)
  const all = offsets(selectRows(study.db, study.studyId, filter))
  expect(all).toEqual(one)
  expect(total).toBe(one.length)
  return all
}

const rowsWith = (pattern: RegExp) =>
  (texts.get(study.studyId) ?? []).flatMap((text, k) => (pattern.test(text) ? [k] : []))

describe('a search of many files', () => {
  it.each<[string, Condition, RegExp]>([
    ['a word of most rows', { is: 'words', query: 'moon' }, /\bmoon\b/],
    ['a rare word', { is: 'words', query: 'rare' }, /\bRare\b/],
    ['a beginning', { is: 'words', query: 'sour*' }, /\bsour/],
    ['a phrase', { is: 'words', query: '"moon tide"' }, /\bmoon tide\b/],
    ['a text of most rows', { is: 'text', text: 'OON' }, /oon/],
    ['a text of some rows', { is: 'text', text: 'source t' }, /source t/],
    ['a rare text', { is: 'text', text: 'übung' }, /Übung/],
    ['a pattern of most rows', { is: 'regex', pattern: 'mo+n' }, /moon/],
    ['a rare pattern', { is: 'regex', pattern: 'Rare.*3141' }, /Rare.*3141/],
    ['a pattern without letters', { is: 'regex', pattern: '\\d\\d\\d' }, /\d\d\d/],
  ])('finds %s', async (_, where, pattern) => {
    const expected = rowsWith(pattern)
    expect(expected.length).toBeGreaterThan(0)
    expect(expected.length).toBeLessThan(FILES * ROWS)
    expect(await bothWays(where)).toEqual(expected)
  })
})
