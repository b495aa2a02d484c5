import { describe, expect, it } from 'vitest'
import type { TokenStrip } from '@/lib/contracts/token-strip'
import { cellsOf, describeCell, heatOf, summarise, viewsOf } from './heat-strip-cells'

const strip: TokenStrip = {
  joint: {
    ids: [10, 11, 20, 30, 31],
    texts: ['Say', ' it', '\n', '<b>', ' yes'],
    losses: [null, 2, 0.5, 3, 1],
  },
  x: [0, 3],
  newline: 1,
  yFrom: 3,
  alone: { ids: [30, 31], texts: ['<b>', ' yes'], losses: [null, 1.5] },
  sameTokens: true,
}

describe('the cells of a heat strip', () => {
  it('are those of the chosen pass', () => {
    expect(cellsOf(strip, 'given').map((cell) => cell.value)).toEqual([3, 1])
    expect(cellsOf(strip, 'alone').map((cell) => cell.value)).toEqual([null, 1.5])
    expect(cellsOf(strip, 'difference').map((cell) => cell.value)).toEqual([null, -0.5])
    expect(cellsOf(strip, 'instruction').map((cell) => cell.text)).toEqual(['Say', ' it', '\n'])
  })

  it('offer a difference only where both passes have the same tokens', () => {
    expect(viewsOf(strip)).toEqual(['given', 'alone', 'difference', 'instruction'])
    const other = { ...strip, sameTokens: false, x: [0, 0] as [number, number] }
    expect(viewsOf(other)).toEqual(['given', 'alone'])
    expect(viewsOf({ ...strip, alone: null })).toEqual(['instruction'])
  })

  it('end at the ends of their scale', () => {
    expect(heatOf(4, 'given')).toBe(0.5)
    expect(heatOf(20, 'alone')).toBe(1)
    expect(heatOf(-9, 'difference')).toBe(-1)
  })

  it('are told in words, with signs and probabilities', () => {
    const [first, second] = cellsOf(strip, 'difference')
    expect(describeCell(first!, 'difference')).toBe(
      '<b>; given the instruction: 3.00 nats, probability 0.0498',
    )
    expect(describeCell(second!, 'difference')).toBe(
      '·yes; given the instruction: 1.00 nats, probability 0.368; alone: 1.50 nats, probability 0.223; difference −0.500',
    )
    expect(summarise(cellsOf(strip, 'given'), 'given')).toBe(
      '2 tokens, mean loss 1.00 nats over 1 of them, which both passes score; highest ·yes 1.00.',
    )
    expect(summarise(cellsOf(strip, 'alone'), 'alone')).toContain(
      'mean loss 1.50 nats over 1 of them',
    )
    expect(summarise(cellsOf(strip, 'instruction'), 'instruction')).toBe(
      '3 tokens, mean loss 1.25 nats over 2 of them; highest ·it 2.00.',
    )
    const purged = { ...strip, joint: { ...strip.joint, losses: null } }
    expect(summarise(cellsOf(purged, 'given'), 'given')).toBe('2 tokens, none with a loss.')
  })

  it('show ids where no text is known', () => {
    const bare = { ...strip, joint: { ...strip.joint, texts: null } }
    expect(describeCell(cellsOf(bare, 'given')[0]!, 'given')).toMatch(/^#30;/)
  })
})
