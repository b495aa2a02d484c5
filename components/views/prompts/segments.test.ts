import { describe, expect, it } from 'vitest'
import { segments } from './segments'

describe('segments', () => {
  it('marks what comes from the row, and leaves its braces alone', () => {
    const parts = segments(
      'A {instruction}{input} {other} {"json": 1}',
      { instruction: 'x {input}', input: '' },
      ['instruction', 'input'],
    )
    expect(parts).toEqual([
      { text: 'A ', isFilled: false },
      { text: 'x {input}', isFilled: true },
      { text: '(empty)', isFilled: true },
      { text: ' ', isFilled: false },
      { text: '{other}', isFilled: false },
      { text: ' {"json": 1}', isFilled: false },
    ])
  })
})
