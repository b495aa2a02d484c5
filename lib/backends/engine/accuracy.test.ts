import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { errorWords, IFD_ERRORS, scoringAccuracy } from './accuracy'
import { embeddedConfig } from './config'

describe('errors of the weights that score', () => {
  it.each([
    // Of runs that an earlier version computed.
    ['bf16', 'bf16, from Q4_1', 'median 0.12 %, largest 1.7 %'],
    ['file', 'Q4_1, as the file has them', 'median 0.7 %, largest 7.3 %'],
    ['f32', 'f32, from Q4_1', 'largest 0.003 %'],
  ])('are said on cards: %s', (scoringWeights, weights, words) => {
    const found = scoringAccuracy({ dtype: 'Q4_1', settings: { scoringWeights } })
    expect(found.weights).toBe(weights)
    expect(found.error).toContain(words)
  })

  it('are not known of weights that nobody measured', () => {
    expect(scoringAccuracy({ dtype: 'Q8_0', settings: {} })).toEqual({
      weights: 'Q8_0',
      error: 'not measured',
    })
  })

  it.each(Object.entries(IFD_ERRORS))('are the same in settings and README: %s', (_type, error) => {
    const readme = fs.readFileSync('README.md', 'utf8').replaceAll(/\s+/g, ' ')
    const help = embeddedConfig.shape.scoringWeights.description
    for (const text of [readme, help]) expect(text).toContain(errorWords(error))
  })
})
