import { z } from 'zod'

/** Returns the parameter of a whole number between bounds. */
export function whole(bounds: { min: number; max: number; preset: number }, meaning: string) {
  const { min, max, preset } = bounds
  return z.number().int().min(min).max(max).default(preset).describe(meaning)
}

/** Returns the parameter of a whole number that may be left empty. */
export function wholeOrNone(least: number, meaning: string) {
  return z.number().int().min(least).nullable().default(null).describe(meaning)
}
