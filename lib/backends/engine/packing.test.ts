import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchTokens, contextStep } from './native-context'
import { packRows } from './packing'

const LIMITS = { tokens: 512, rows: 4, longest: 128 }

describe('packing rows', () => {
  it('puts every row with tokens into exactly one pack within the limits', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 2_000 }), { maxLength: 60 }), (lengths) => {
        const packs = packRows(lengths, LIMITS)
        const seen = packs.flatMap((pack) => pack.rows).toSorted((a, b) => a - b)
        const expected = lengths.flatMap((length, row) => (length > 0 ? [row] : []))
        expect(seen).toEqual(expected)
        for (const { rows, length } of packs) {
          expect(Math.max(...rows.map((row) => lengths[row] ?? 0))).toBe(length)
          if (rows.length === 1) continue
          expect(rows.length).toBeLessThanOrEqual(LIMITS.rows)
          expect(length).toBeLessThanOrEqual(LIMITS.longest)
          expect(rows.length * length).toBeLessThanOrEqual(LIMITS.tokens)
          for (const row of rows) expect(lengths[row]).toBeGreaterThanOrEqual(0.9 * length)
        }
      }),
    )
  })

  it('packs rows of one length together and leaves long ones alone', () => {
    expect(packRows([20, 20, 400, 20, 20, 20], LIMITS)).toEqual([
      { rows: [2], length: 400 },
      { rows: [0, 1, 3, 4], length: 20 },
      { rows: [5], length: 20 },
    ])
  })
})

describe('sizes', () => {
  it('bounds the logits of one call', () => {
    expect(batchTokens(49_152)).toBe(512)
    expect(batchTokens(256_000)).toBe(131)
    expect(batchTokens(10_000_000)).toBe(32)
  })

  it('climbs a ladder of context lengths', () => {
    expect(contextStep(10, 8_192)).toBe(1_024)
    expect(contextStep(1_025, 8_192)).toBe(2_048)
    expect(contextStep(9_000, 8_192)).toBe(8_192)
    expect(contextStep(300, 500)).toBe(512)
  })
})
