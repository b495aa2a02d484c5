import { describe, expect, it } from 'vitest'
import { probeStepSchema } from './probe-steps'

describe('probeStepSchema', () => {
  it('gives steps that were stored without an id the id of their name', () => {
    const old = (name: string) => probeStepSchema.parse({ name, state: 'pass', detail: 'd' }).id
    expect(['prompt scores', 'BOS', 'replica h:1', 'gone'].map(old)).toEqual([
      'promptScores',
      'bos',
      'replica',
      '',
    ])
  })

  it('keeps an id, whatever the name says', () => {
    const step = { id: 'chat', name: 'BOS', state: 'pass', detail: 'd' }
    expect(probeStepSchema.parse(step)).toEqual(step)
  })
})
