import { describe, expect, it } from 'vitest'
import { diffTexts } from './text-diff'

describe('diffTexts', () => {
  it('marks added and removed words and keeps the rest', () => {
    const parts = diffTexts('List three fruits.', 'List three rare fruits and explain why.')
    const child = parts?.filter((part) => part.kind !== 'removed').map((part) => part.text)
    expect(child?.join('')).toBe('List three rare fruits and explain why.')
    expect(parts?.some((part) => part.kind === 'added' && part.text.includes('rare'))).toBe(true)
    expect(parts?.[0]).toEqual({ text: 'List three ', kind: 'same' })
  })
  it('cuts text without blanks into words', () => {
    const parts = diffTexts('请列出三种水果', '请列出五种水果')
    expect(parts?.some((part) => part.kind === 'same' && part.text.includes('水果'))).toBe(true)
  })
  it('returns one part for equal texts', () => {
    expect(diffTexts('a b', 'a b')).toEqual([{ text: 'a b', kind: 'same' }])
  })
  it('does not hold the text once for every word of a long one', () => {
    const long = `${'\u{1f600}'.repeat(20_000)} end`
    const before = process.memoryUsage().heapUsed
    diffTexts(long, `start ${long}`)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(400 * 1_048_576)
  })
  it('joins what it cut in pieces', () => {
    const words = Array.from({ length: 3_000 }, (_, k) => `w${k}`).join('  ')
    const parts = diffTexts(words, words.replace('w1500 ', 'new '))
    expect(
      parts
        ?.filter(({ kind }) => kind !== 'removed')
        .map(({ text }) => text)
        .join(''),
    ).toBe(words.replace('w1500 ', 'new '))
    expect(parts?.filter(({ kind }) => kind === 'added').map(({ text }) => text.trim())).toEqual([
      'new',
    ])
  })
  it('leaves texts that take long to cut as they are', () => {
    expect(diffTexts('a '.repeat(60_000), 'b '.repeat(60_000))).toBeNull()
  })
})
