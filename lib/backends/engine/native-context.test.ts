import { describe, expect, it } from 'vitest'
import { batchTokens, contextStep } from './native-context'

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
