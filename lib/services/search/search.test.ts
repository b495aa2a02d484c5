import fc from 'fast-check'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inTransaction } from '@/db/client'
import { cells, responseSets, textBacklog } from '@/db/schema'
import { atomSchema, type Condition } from '@/lib/contracts/condition'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { FIND_FIELDS, type FindField } from '@/lib/contracts/find'
import { importRows, testStudy, type TestStudy } from '@/lib/testing/imports'
import { currentCells } from '../cells'
import { discardCell } from '../cells/staging'
import { forgetCaches } from '../columns/cache'
import { selectRows } from '../rows'
import { indexBacklog } from './backlog'
import { openHighlights } from './highlights'
import { compileRegex } from './regex'
import { literalsOf } from './trigrams'

const TEXTS = [
  ['Evolve the instruction twice', 'with a list', 'An evolutionary answer.'],
  ['A state-of-the-art model, Naïve Bayes', '', 'NAÏVE and naive differ'],
  ['请比较机器学习与深度学习', '数据', '深度学习是机器学习的一种'],
  ['進化する命令を書く', '', 'カタカナとひらがな'],
  ['기계 학습을 설명하라', '', '학습은 어렵다'],
  ['100% of "quoted" a_b\\c', "it's", '{"key": 1}'],
  ['ΟΔΟΣ και οδος', 'İstanbul ıssız', 'Straße STRASSE'],
  ['before\0behind', 'K (Kelvin) ſ', '🤖🤖🤖 robots'],
  ['Ёлка и ёж', 'ÅÄÖ åäö', 'ALL CAPITALS HERE'],
  ['foo bar baz', 'bar foo', 'foo, bar'],
  ['evil evolution of evolvers', 'x', ''],
  ['aaa aaaa AAA', 'abcabcabc', 'cab'],
] as const

let study: TestStudy

beforeAll(async () => {
  study = await testStudy()
  const rows = TEXTS.map(([instruction, input, output]) => ({ instruction, input, output }))
  await importRows(study, 'alpaca.json', rows)
})
afterAll(() => study.close())

function found(where: Condition): number[] {
  forgetCaches(study.db)
  const rows = selectRows(study.db, study.studyId, { ...emptyFilter(), where })
  return [...rows.values()].flatMap((idx) => [...idx])
}

/** Runs as on a study that was imported before there was an index. */
function withoutIndex<T>(work: () => T): T {
  const [cell] = currentCells(study.db, study.studyId)
  const set = study.db.select({ no: responseSets.no }).from(responseSets).get()
  const entries = [
    { kind: 'rows' as const, no: cell!.no, next: 0 },
    { kind: 'responses' as const, no: set!.no, next: 0 },
  ]
  study.db.insert(textBacklog).values(entries).run()
  try {
    return work()
  } finally {
    study.db.delete(textBacklog).run()
  }
}

const SIGNS = [...new Set(TEXTS.flat().join(''))].filter((sign) => sign !== '\0')
const needle = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...SIGNS), minLength: 1, maxLength: 5 }),
    fc
      .tuple(fc.constantFrom(...TEXTS.flat()), fc.nat(20), fc.integer({ min: 1, max: 8 }))
      .map(([text, from, length]) => [...text].slice(from, from + length).join('')),
    fc.constantFrom(...TEXTS.flat()).map((text) => [...text.toUpperCase()].slice(0, 6).join('')),
  )
  .filter((text) => text.trim() !== '' && !text.includes('\0'))

describe('search by text', () => {
  it('finds the same rows with and without the index, whatever the script', () => {
    fc.assert(
      fc.property(needle, fc.boolean(), (text, matchCase) => {
        const atom: Condition = { is: 'text', text, matchCase }
        expect(found(atom)).toEqual(withoutIndex(() => found(atom)))
      }),
      { numRuns: 400 },
    )
  })

  it('refuses half of a character and a NUL, which no stored text holds', () => {
    for (const text of ['\ud83e', '\udd16🤖 r', 'a\ud800b', 're\0beh'])
      expect(atomSchema.safeParse({ is: 'text', text }).success).toBe(false)
    expect(found({ is: 'text', text: '🤖 r' })).toEqual([7])
    expect(atomSchema.safeParse({ is: 'regex', pattern: '[\ud83e]' }).success).toBe(false)
  })

  it('finds parts of words in languages without blanks, and minds capitals where asked', () => {
    expect(found({ is: 'text', text: '机器学习' })).toEqual([2])
    expect(found({ is: 'text', text: '学习', in: 'response' })).toEqual([2])
    expect(found({ is: 'text', text: 'する命' })).toEqual([3])
    expect(found({ is: 'text', text: '학습' })).toEqual([4])
    expect(found({ is: 'text', text: 'naïve' })).toEqual([1])
    expect(found({ is: 'text', text: 'NAÏVE', matchCase: true, in: 'instruction' })).toEqual([])
    expect(found({ is: 'text', text: '100% of "q' })).toEqual([5])
    expect(found({ is: 'text', text: 'οδος' })).toEqual([6])
  })
})

describe('search by words', () => {
  const words = (query: string, only?: 'instruction' | 'input' | 'response') => {
    const atom: Condition = { is: 'words', query, ...(only ? { in: only } : {}) }
    const rows = found(atom)
    expect(withoutIndex(() => found(atom))).toEqual(rows)
    return rows
  }

  it('joins words, phrases and beginnings over the texts of a row', () => {
    expect(words('evol*')).toEqual([0, 10])
    expect(words('evolve')).toEqual([0])
    expect(words('evolve evolutionary')).toEqual([0])
    expect(words('"foo bar"')).toEqual([9])
    expect(words('"bar foo"', 'instruction')).toEqual([])
    expect(words('"bar fo"*', 'input')).toEqual([9])
    expect(words('state-of-the-art')).toEqual([1])
    expect(words('naïve')).toEqual([1])
    expect(words('foo OR evil')).toEqual([9, 10])
    expect(words('evol* -evil')).toEqual([0])
    expect(words('evol* -(evil OR twice)')).toEqual([])
    expect(words('ёЖ | robots')).toEqual([7, 8])
    expect(words('학습을')).toEqual([4])
  })

  it('says where a search is wrong', () => {
    const wrong = (query: string) =>
      atomSchema.safeParse({ is: 'words', query }).error?.message ?? ''
    expect(wrong('a "b')).toContain('no closing quotation mark. (character 3)')
    expect(wrong('ev*l')).toContain('(character 3)')
    expect(wrong('(a OR b')).toContain('A closing bracket is missing at the end. (character 8)')
    expect(wrong('a OR')).toContain('A word is missing')
    expect(wrong('a) b')).toContain('instead of \\")\\". (character 2)')
    expect(wrong('a ??')).toContain('no letter or digit')
    expect(wrong('\ud83e x')).toContain('half of a character')
    expect(wrong('学习')).toContain('Search for it as text')
    expect(wrong('('.repeat(60) + 'a' + ')'.repeat(60))).toContain('nested too deeply')
  })
})

describe('search by regular expression', () => {
  const regex = (pattern: string, ignoreCase = false) => {
    const atom: Condition = { is: 'regex', pattern, ignoreCase }
    const rows = found(atom)
    expect(withoutIndex(() => found(atom))).toEqual(rows)
    return rows
  }

  it('finds what it would without the index, over literals, classes and either case', () => {
    expect(regex('evolut(ion|ionary)')).toEqual([0, 10])
    expect(regex('^foo\\s+bar')).toEqual([9])
    expect(regex('ABCABC', true)).toEqual([11])
    expect(regex('(?i)naïve b')).toEqual([1])
    expect(regex('(?i)kelvin')).toEqual([7])
    expect(regex('学习.*学习')).toEqual([2])
    expect(regex('abcd?abc')).toEqual([11])
    expect(regex('nothing|evil')).toEqual([10])
    expect(regex('[[:upper:]]{3} CAPITALS')).toEqual([8])
    expect(regex('')).toHaveLength(TEXTS.length)
    expect(regex('behind')).toEqual(withoutIndex(() => found({ is: 'regex', pattern: 'behind' })))
  })

  it('takes from a pattern only strings that every match holds', () => {
    expect(literalsOf('abc(d|e)fgh+i?jk')).toEqual(['abc', 'fgh', 'jk'])
    expect(literalsOf('abc|def')).toEqual([])
    expect(literalsOf('a\\.b\\d{2}c[^]x]de\\x{41}f\\pLg')).toEqual(['a.b', 'c', 'de', 'f', 'g'])
    expect(literalsOf('ab{0,2}c')).toEqual(['a', 'c'])
  })

  it('says why a pattern cannot be run, and where', () => {
    const wrong = (pattern: string) => {
      const compiled = compileRegex(pattern, false)
      return 'error' in compiled ? compiled.error : null
    }
    expect(wrong('ab(?=c)')).toMatchObject({ at: 2, message: expect.stringContaining('ahead') })
    expect(wrong('(a)\\1')).toMatchObject({ at: 3, message: expect.stringContaining('reference') })
    expect(wrong('ab[c')).toMatchObject({ at: 2 })
    expect(wrong('a{2}{')).toBeNull()
    expect(wrong('ab)')?.message).toContain('unexpected )')
    expect(() => found({ is: 'regex', pattern: '(?<=a)b' })).toThrow(/character 1\)/)
  })

  it('takes time in proportion to the text', () => {
    const compiled = compileRegex('(a+)+b', false)
    const started = performance.now()
    expect('regex' in compiled && compiled.regex.test('a'.repeat(20_000))).toBe(false)
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

describe('places of a search', () => {
  const marked = (part: Partial<RowFilter>, row: Partial<Record<FindField, string>>) => {
    const matches = openHighlights({ ...emptyFilter(), ...part })?.(row) ?? {}
    return FIND_FIELDS.flatMap((field) =>
      (matches[field] ?? []).map(([from, to]) => row[field]?.slice(from, to)),
    )
  }

  it('are those of every part that rows must have, joined where they overlap', () => {
    const row = { instruction: 'Evolve: evolution of İ <b>evil</b>', response: 'EVIL' }
    const where: Condition = {
      all: [
        { is: 'words', query: 'evol* -of' },
        { not: { is: 'text', text: 'of' } },
        { is: 'regex', pattern: 'v(il|ol)', in: 'instruction' },
      ],
    }
    expect(marked({ where }, row)).toEqual(['Evolve', 'evolution', 'vil'])
    expect(marked({ text: 'EVIL' }, row)).toEqual(['evil', 'EVIL'])
    expect(marked({ find: { is: 'regex', pattern: 'x*' } }, row)).toEqual([])
    expect(openHighlights(emptyFilter())).toBeNull()
  })

  it('are limited in number', () => {
    expect(marked({ text: 'a' }, { response: 'a b '.repeat(5_000) })).toHaveLength(500)
  })
})

describe('the index', () => {
  const documents = () =>
    study.db.get<{ words: number; trigrams: number }>(
      sql`select (select count(*) from text_words) as words, (select count(*) from text_trigrams) as trigrams`,
    )

  it('of a study that is older is built by steps, once', async () => {
    study.db.run(sql`delete from text_words`)
    study.db.run(sql`delete from text_trigrams`)
    expect(found({ is: 'words', query: 'foo' })).toEqual([])
    const [cell] = currentCells(study.db, study.studyId)
    const set = study.db.select({ no: responseSets.no }).from(responseSets).get()
    study.db.insert(textBacklog).values({ kind: 'rows', no: cell!.no, next: 0 }).run()
    study.db.insert(textBacklog).values({ kind: 'responses', no: set!.no, next: 0 }).run()
    // Nothing is missed meanwhile.
    expect(found({ is: 'words', query: 'foo' })).toEqual([9])
    const stop = new AbortController()
    await expect(
      indexBacklog(study.db, { signal: stop.signal, onProgress: () => stop.abort() }, 5),
    ).rejects.toThrow('cancelled')
    expect(
      study.db
        .select()
        .from(textBacklog)
        .all()
        .map(({ next }) => next),
    ).toContain(5)
    await indexBacklog(study.db, { signal: new AbortController().signal, onProgress() {} }, 5)
    expect(study.db.select().from(textBacklog).all()).toEqual([])
    expect(documents()).toEqual({ words: 24, trigrams: 24 })
    expect(found({ is: 'words', query: 'foo' })).toEqual([9])
    expect(found({ is: 'text', text: '深度学习' })).toEqual([2])
  })

  it('goes with the rows', () => {
    const [cell] = currentCells(study.db, study.studyId)
    inTransaction(study.db, () => discardCell(study.db, cell!.no))
    expect(study.db.select().from(cells).all()).toEqual([])
    expect(documents()).toEqual({ words: 0, trigrams: 0 })
  })
})
