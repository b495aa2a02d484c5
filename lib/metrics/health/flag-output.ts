import type { OutputSpec } from '../types'

/** Levels of a flag: 1 is no, 2 is yes. */
export const FLAG_LEVELS = ['no', 'yes'] as const

/** Returns the output of a flag that asks for a look at a row. */
export function flagOutput(key: string, label: string, description: string): OutputSpec {
  return {
    key,
    label,
    shape: 'enum',
    dtype: 'f32',
    levels: FLAG_LEVELS,
    unit: '',
    range: [1, 2],
    direction: 'none',
    directionMeans: 'A flag that asks for a look at the row; the row stays where it is.',
    description,
  }
}
