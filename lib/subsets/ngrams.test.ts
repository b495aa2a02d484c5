import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyTokens, gramIndex, tokenize } from './ngrams'

function wordsOf(text: string): string[] {
  const tokens = emptyTokens()
  tokenize(text, tokens)
  return Array.from({ length: tokens.count }, (_, at) =>
    tokens.text.slice(tokens.starts[at], tokens.ends[at]),
  )
}

const indexOf = (items: string[], n: number) => gramIndex([{ sha256: '', name: 'b', items }], n)

/** The definition in its slow form. */
function sharesSlowly(item: string, text: string, n: number): number {
  const grams = (words: string[]) =>
    new Set(words.slice(n - 1).map((_, at) => JSON.stringify(words.slice(at, at + n))))
  const own = grams(wordsOf(item))
  const other = grams(wordsOf(text))
  return own.size === 0 ? 0 : [...own].filter((gram) => other.has(gram)).length / own.size
}

describe('n-grams', () => {
  it.each([
    ['Don’t STOP, at 3.14!', ['don', 't', 'stop', 'at', '3', '14']],
    ['ＦＵＬＬ width ﬁne', ['full', 'width', 'fine']],
    ['小明a有3个', ['小', '明', 'a', '有', '3', '个']],
    ['カタカナ 한국', ['カ', 'タ', 'カ', 'ナ', '한', '국']],
    ['𠮷野 𝒜b', ['𠮷', '野', 'ab']],
    ['e\u0301tude हिन्दी', ['étude', 'हिन्दी']],
    ['  ', []],
  ])('of %s are made of its words', (text, words) => {
    expect(wordsOf(text)).toEqual(words)
  })

  it('are found as comparing all of them would', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'D', '明', 'x.y'), { maxLength: 25 })
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 6 }),
        text,
        fc.integer({ min: 2, max: 5 }),
        (lists, row, n) => {
          const items = lists.map((words) => words.join(' '))
          const found = indexOf(items, n).find(row.join(', '))
          const shares = items.map((_, item) => found.find((one) => one.item === item)?.share ?? 0)
          expect(shares).toEqual(items.map((item) => sharesSlowly(item, row.join(', '), n)))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('of items with fewer words are none, and are counted', () => {
    const index = indexOf(['one two', 'one two three'], 3)
    expect([index.items, index.tooShort]).toEqual([1, 1])
    expect(index.find('One, two: three!')).toEqual([
      { benchmark: 0, item: 1, ngram: 'one two three', share: 1 },
    ])
  })
})
