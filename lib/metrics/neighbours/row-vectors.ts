import { z } from 'zod'
import type { StatusName } from '@/lib/contracts/status'
import type { MetricRow, MetricTools } from '../types'
import { embedTexts } from './embed-texts'
import { normWarning, rowNorms } from './norms'

/** Which texts of a row are embedded; part of every definition that reads vectors. */
export const textRecipe = z
  .enum(['instruction-newline-input', 'instruction', 'instruction-newline-input-newline-response'])
  .default('instruction-newline-input')
  .describe(
    'Text that is embedded: instruction, newline and input as the script does, the instruction alone, or with a newline and the response after it.',
  )
export type TextRecipe = z.output<typeof textRecipe>

/** Returns whether a recipe reads the response. */
export function readsResponse(recipe: TextRecipe): boolean {
  return recipe === 'instruction-newline-input-newline-response'
}

/** Vectors of the rows that have one, in row order. */
export interface RowVectors {
  n: number
  d: number
  /** Float32, n x d. */
  matrix: Float32Array
  /** Position in `rows` of each vector. */
  at: number[]
  /** 1 for each vector whose text the backend cut. */
  truncated: Uint8Array
  /** Why the other rows have none, by position in `rows`. */
  missing: Map<number, StatusName>
  /** What the record of the run says of them. */
  record: Record<string, unknown>
}

function textOf(row: MetricRow, recipe: TextRecipe): string {
  if (recipe === 'instruction') return row.instruction
  const request = `${row.instruction}\n${row.input ?? ''}`
  return readsResponse(recipe) ? `${request}\n${row.response ?? ''}` : request
}

/** Returns the number of calls' worth of work of embedding these rows: their different texts. */
export function differentTexts(rows: readonly MetricRow[], recipe: TextRecipe): number {
  const texts = rows.map((row) => textOf(row, recipe)).filter((text) => text.trim() !== '')
  return new Set(texts).size
}

/**
 * Embeds rows. A row without text, without the response that the recipe reads, or that the backend refuses has no
 * vector and a reason; throws when the backend itself is gone.
 */
export async function embedRows(
  rows: readonly MetricRow[],
  recipe: TextRecipe,
  tools: MetricTools,
  progress: (done: number) => void,
): Promise<RowVectors> {
  const missing = new Map<number, StatusName>()
  const filled: number[] = []
  const texts: string[] = []
  rows.forEach((row, position) => {
    const text = textOf(row, recipe)
    if (text.trim() === '') missing.set(position, 'empty_instruction')
    else if (readsResponse(recipe) && !row.response) missing.set(position, 'no_response')
    else {
      filled.push(position)
      texts.push(text)
    }
  })
  const embedded = await embedTexts(texts, tools, progress)
  const { d, vectors, rowOf } = embedded
  const taking = [...filled.keys()].filter((i) => (rowOf[i] as number) >= 0)
  filled.forEach((position, i) => {
    if ((rowOf[i] as number) < 0) missing.set(position, 'error')
  })
  const n = taking.length
  const matrix = new Float32Array(n * d)
  taking.forEach((i, row) => {
    const from = (rowOf[i] as number) * d
    matrix.set(vectors.subarray(from, from + d), row * d)
  })
  const norms = rowNorms(matrix, n, d)
  return {
    n,
    d,
    matrix,
    at: taking.map((i) => filled[i] as number),
    truncated: Uint8Array.from(taking, (i) => embedded.truncated[i] as number),
    missing,
    record: {
      dimension: d,
      nVectors: n,
      nExcluded: rows.length - n,
      norms,
      warning: norms === null ? null : normWarning(norms),
      firstError: embedded.firstError,
    },
  }
}
