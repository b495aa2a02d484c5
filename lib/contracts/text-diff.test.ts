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
})
