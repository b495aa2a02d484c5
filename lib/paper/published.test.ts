import { describe, expect, it } from 'vitest'
import published from './published.json'
import {
  publishedArm,
  publishedCases,
  publishedLevels,
  publishedLossRatio,
  publishedRotation,
  publishedScore,
  publishedSeedSet,
  publishedSource,
} from './published'

const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)

describe('published difficulty counts', () => {
  it('sum to n in 17 of 18 cells; GSM8K round 1, LLM is one short', () => {
    const cells = published.levels.rows
    expect(cells).toHaveLength(18)
    const short = cells.filter((cell) => sum(cell.counts) !== cell.n)
    expect(short).toHaveLength(1)
    expect(short[0]).toMatchObject({ seedSet: 'gsm8k-train', round: 1, arm: 'llm', n: 7473 })
    expect(sum(short[0]?.counts ?? [])).toBe(7472)
  })

  it('reproduce the shares that the text quotes', () => {
    const veryHard = (arm: 'slm' | 'llm', round: number) => {
      const cell = publishedLevels({ seedSet: 'alpaca', round, arm })
      return ((100 * (cell?.counts[4] ?? NaN)) / (cell?.n ?? NaN)).toFixed(2)
    }
    expect([1, 2, 3].map((round) => veryHard('slm', round))).toEqual(['6.62', '35.72', '66.80'])
    expect([1, 2, 3].map((round) => veryHard('llm', round))).toEqual(['0.80', '7.11', '22.14'])
  })

  it('has n of the seed set in every cell', () => {
    const sizes = new Map(published.seedSets.map((set) => [set.key, set.n]))
    for (const cell of published.levels.rows) expect(cell.n).toBe(sizes.get(cell.seedSet))
  })
})

describe('published scores', () => {
  it('cover 21 cells, harder for the small evolver in all nine', () => {
    let harder = 0
    for (const { key } of published.seedSets) {
      expect(publishedScore({ seedSet: key, round: 0, arm: 'seed' })).not.toBeNull()
      for (const round of [1, 2, 3]) {
        const slm = publishedScore({ seedSet: key, round, arm: 'slm' }) ?? NaN
        const llm = publishedScore({ seedSet: key, round, arm: 'llm' }) ?? NaN
        if (slm > llm) harder += 1
      }
    }
    expect(published.scores.rows).toHaveLength(21)
    expect(harder).toBe(9)
  })
})

describe('look-ups', () => {
  it('know the spellings of the three seed sets and nothing else', () => {
    expect(publishedSeedSet('GSM8K')).toBe('gsm8k-train')
    expect(publishedSeedSet('code_alpaca')).toBe('code-alpaca')
    expect(publishedSeedSet('general')).toBeNull()
    expect(publishedSeedSet('code')).toBeNull()
    expect(publishedSeedSet('code', 48)).toBeNull()
    expect(publishedSeedSet('code', 20_022)).toBe('code-alpaca')
  })

  it('give ratios as plain numbers, and null where nothing was published', () => {
    const place = { seedSet: 'alpaca', round: 3, arm: publishedArm('small') }
    expect(publishedLossRatio('ifd', place)).toBeCloseTo(0.8304, 12)
    expect(publishedLossRatio('ic-ifd', place)).toBeCloseTo(0.3589, 12)
    expect(publishedLossRatio('ifd', { ...place, round: 1 })).toBeNull()
    expect(publishedLevels({ ...place, arm: publishedArm('other') })).toBeNull()
    expect(publishedLevels({ ...place, round: 0, arm: publishedArm(null) })).toBeNull()
  })

  it('know the rotation of operators by name and size together', () => {
    expect(publishedRotation('alpaca', 51_983)).toBe(5)
    expect(publishedRotation('Alpaca-52k', 52_002)).toBe(5)
    expect(publishedRotation('gsm8k', 7473)).toBe(4)
    expect(publishedRotation('code', 20_022)).toBe(4)
    expect(publishedRotation('alpaca', 7473)).toBeNull()
    expect(publishedRotation('gsm8k', 7472)).toBeNull()
    expect(publishedRotation('mine', 51_983)).toBeNull()
  })

  it('count the words of the two case studies', () => {
    expect(publishedCases().map(({ seed, llm, slm }) => [llm - seed, slm - seed])).toEqual([
      [16, 25],
      [22, 61],
    ])
  })

  it('name their source', () => {
    expect(publishedSource('scores').source).toBe('Table 13')
    expect(publishedSource('lossRatios').model).toBeNull()
  })
})
