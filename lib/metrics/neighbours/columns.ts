import { z } from 'zod'
import { statusCode } from '@/lib/contracts/status'
import type { StatusName } from '@/lib/contracts/status'
import type { CellResult, MeasuredMetric, OutputSpec } from '../types'
import { readsResponse, textRecipe, type TextRecipe } from './row-vectors'

/** What all metrics of distances between rows have in common. */
export const NEIGHBOUR_RUN = {
  kind: 'measured',
  scope: 'cell',
  version: 1,
  needs: ['embed'],
  inputs: { response: false, parent: false },
  inputsFor: ({ textRecipe: recipe }: { textRecipe: TextRecipe }) => {
    return { response: readsResponse(recipe), parent: false }
  },
  prompts: () => [],
  // Cell scope: all rows at once, embedded in calls of 256 texts.
  batchRows: 256,
} as const satisfies Partial<MeasuredMetric<{ textRecipe: TextRecipe }>>

/** Returns the parameters that they share; a row is near below the threshold. */
export function neighbourParams(near: string) {
  const threshold = z.number().min(0).max(4).default(0.05)
  return { textRecipe, threshold: threshold.describe(`Squared distance below which ${near}.`) }
}

type Described = Pick<OutputSpec, 'key' | 'label' | 'directionMeans' | 'description'>

/** Returns the outputs that they share: the distance to the nearest row, which one it is, and how many rows are near. */
export function nearOutputs(
  distance: Described,
  nearest: Described & Pick<OutputSpec, 'shape'>,
  near: Described,
): readonly OutputSpec[] {
  const number = { shape: 'scalar', dtype: 'f64' } as const
  return [
    { ...number, unit: 'squared distance', range: [0, 4], direction: 'higher', ...distance },
    { ...number, unit: '', direction: 'none', ...nearest },
    { ...number, unit: 'rows', direction: 'lower', ...near },
  ]
}

/** Columns being filled; every row starts as `not_run`. */
export interface FilledColumns {
  all: CellResult['columns']
  set(key: string, row: number, value: number): void
  /** Of all outputs, or of one. */
  setStatus(row: number, name: StatusName, key?: string): void
}

/** Returns empty columns of `n` rows for the outputs. */
export function emptyColumns(outputs: readonly OutputSpec[], n: number): FilledColumns {
  const all: CellResult['columns'] = Object.fromEntries(
    outputs.map(({ key }) => [key, { values: new Float64Array(n), status: new Uint8Array(n) }]),
  )
  return {
    all,
    set(key, row, value) {
      const column = all[key]
      if (column) column.values[row] = value
    },
    setStatus(row, name, only) {
      for (const [key, column] of Object.entries(all)) {
        if (only === undefined || key === only) column.status[row] = statusCode(name)
      }
    },
  }
}
