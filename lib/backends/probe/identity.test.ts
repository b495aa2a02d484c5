import { describe, expect, it } from 'vitest'
import type { ProbeVector } from '../types'
import { compareVectors, scoreTolerance } from './identity'

const scores: ProbeVector = {
  of: 'promptScores',
  labels: [32210, 28, 14801],
  values: [-2.0054, -4.4357, -0.5008],
  tolerance: 1e-3,
}
const moved = (by: number, change: Partial<ProbeVector> = {}): ProbeVector => ({
  ...scores,
  values: scores.values.map((value, i) => (i === 1 ? value + by : value)),
  ...change,
})

describe('compareVectors', () => {
  it('takes noise within the tolerance for the same model', () => {
    expect(compareVectors(scores, moved(9e-4)).verdict).toBe('same')
    expect(compareVectors(scores, moved(9e-4)).difference).toBeCloseTo(9e-4, 8)
  })

  it('takes more than the tolerance for another model, and says by how much', () => {
    const verdict = compareVectors(scores, moved(0.02))
    expect(verdict.verdict).toBe('different')
    expect(verdict.reason).toContain('0.020 nats')
  })

  it('uses the wider of the two tolerances', () => {
    expect(compareVectors(scores, moved(0.02, { tolerance: 0.05 })).verdict).toBe('same')
  })

  it('never calls values that are no numbers the same', () => {
    expect(compareVectors(scores, moved(NaN)).verdict).toBe('different')
  })

  it('tells another tokenizer by ids and by length', () => {
    expect(compareVectors(scores, { ...scores, labels: [32210, 28, 14802] }).verdict).toBe(
      'different',
    )
    const shorter = { ...scores, labels: [1], values: [-1] }
    expect(compareVectors(scores, shorter).verdict).toBe('different')
  })

  it('compares generated alternatives by token, whatever their order', () => {
    const top = { of: 'outputScores', tolerance: 0.05 } as const
    const stored: ProbeVector = { ...top, labels: ['a', 'b', 'c'], values: [-0.5, -1, -3] }
    const same: ProbeVector = { ...top, labels: ['b', 'a', 'd'], values: [-1.01, -0.49, -3] }
    const other: ProbeVector = { ...top, labels: ['x', 'y', 'a'], values: [-0.5, -1, -0.5] }
    expect(compareVectors(stored, same).verdict).toBe('same')
    expect(compareVectors(stored, other).verdict).toBe('different')
  })

  it('does not decide without a vector, or between answers to different questions', () => {
    expect(compareVectors(null, scores).verdict).toBe('unknown')
    expect(compareVectors(scores, undefined).verdict).toBe('unknown')
    expect(compareVectors({ ...scores, of: 'embedding' }, scores).verdict).toBe('unknown')
  })
})

describe('scoreTolerance', () => {
  it('follows the weights', () => {
    expect(['F32', 'float32', 'bfloat16', 'F16', 'Q4_1', 'unknown'].map(scoreTolerance)).toEqual([
      1e-3, 1e-3, 0.02, 0.02, 0.05, 0.05,
    ])
  })
})
