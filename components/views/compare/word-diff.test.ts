import { describe, expect, it } from 'vitest'
import { diffWords } from './word-diff'

const joined = (parts: { text: string }[] | undefined) => parts?.map((part) => part.text).join('')
const own = (parts: { text: string; isOwn: boolean }[] | undefined) =>
  parts?.filter((part) => part.isOwn).map((part) => part.text.trim())

describe('diffWords', () => {
  it('keeps both texts exactly and marks what each has alone', () => {
    const a = 'Write a poem about  the sea,\r\nin four lines.'
    const b = 'Write a short poem about the sea.'
    const diff = diffWords(a, b)
    expect(joined(diff?.a)).toBe(a)
    expect(joined(diff?.b)).toBe(b)
    expect(own(diff?.b)).toContain('short')
    expect((own(diff?.a) ?? []).join(' ')).toContain('in four lines')
  })

  it('cuts scripts without blanks into words', () => {
    const diff = diffWords('请写一个故事', '请写一个句子')
    expect(own(diff?.a)).toEqual(['故事'])
    expect(own(diff?.b)).toEqual(['句子'])
  })

  it('has nothing of its own for equal and for empty texts', () => {
    expect(diffWords('same', 'same')?.a).toEqual([{ text: 'same', isOwn: false }])
    expect(diffWords('', '')).toEqual({ a: [], b: [] })
  })
})
