import { describe, expect, it } from 'vitest'
import {
  ARM_TONES,
  armDash,
  armMarker,
  armTexture,
  contrast,
  INK,
  LEVEL_TONES,
  OUTCOME_TONES,
  SEED_TONE,
  STATUS_TONES,
  SURFACE,
  type Tone,
} from './palette'

const themes = ['light', 'dark'] as const
const marks: [string, Tone][] = [
  ...ARM_TONES.map((tone, i): [string, Tone] => [`arm ${i}`, tone]),
  ['seeds', SEED_TONE],
  ['no value', INK.none],
  ['axis', INK.axis],
  ...Object.entries(STATUS_TONES),
]

describe.each(themes)('%s theme', (theme) => {
  it.each(marks)('%s reaches 3:1', (_, tone) => {
    expect(contrast(tone[theme], SURFACE[theme])).toBeGreaterThanOrEqual(3)
  })

  it('texts reach 4.5:1', () => {
    expect(contrast(INK.text[theme], SURFACE[theme])).toBeGreaterThanOrEqual(4.5)
    expect(contrast(INK.dim[theme], SURFACE[theme])).toBeGreaterThanOrEqual(4.5)
  })

  it.each(Object.entries(OUTCOME_TONES))('numbers on %s reach 4.5:1', (_, tone) => {
    expect(contrast(tone[theme], SURFACE[theme])).toBeGreaterThanOrEqual(4.5)
  })

  it('levels move steadily away from the background', () => {
    const steps = LEVEL_TONES.map((tone) => contrast(tone[theme], SURFACE[theme]))
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
    for (let i = 1; i < steps.length; i += 1) {
      expect((steps[i] as number) / (steps[i - 1] as number)).toBeGreaterThan(1.25)
    }
  })
})

it('tells eight arms apart by more than colour', () => {
  const looks = Array.from({ length: 8 }, (_, i) => `${armDash(i)}|${armMarker(i)}`)
  expect(new Set(looks).size).toBe(8)
  expect(new Set([0, 1, 2, 3].map(armTexture)).size).toBe(4)
})

it('computes the contrast of black and white as 21', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 9)
})
