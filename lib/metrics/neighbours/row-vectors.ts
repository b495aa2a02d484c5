import { z } from 'zod'
import type { StatusName } from '@/lib/contracts/status'
import type { MetricRow, MetricTools } from '../types'
import { embedTexts } from './embed-texts'

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
  /** Float32, n x d, in shared memory. */
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

/** Returns the text of a row that is embedded. */
export function textOf(
  row: Pick<MetricRow, 'instruction' | 'input' | 'response'>,
  recipe: TextRecipe,
): string {
  if (recipe === 'instruction') return row.instruction
  const request = `${row.instruction}\n${row.input ?? ''}`
  return readsResponse(recipe) ? `${request}\n${row.response ?? ''}` : request
}

/** Returns the number of calls' worth of work of embedding these rows: their different texts. */
export function differentTexts(rows: readonly MetricRow[], recipe: TextRecipe): number {
  const texts = rows.map((row) => textOf(row, recipe)).filter((text) => text.trim() !== '')
  return new Set(texts).size
}

/** Lengths of the vectors of a run. */
interface Norms {
  min: number
  mean: number
  max: number
}

// Beyond this the squared distance is no longer 2 - 2 cos, and the figure's 0..1 axis loses its meaning.
const UNIT_TOLERANCE = 1e-3

/** Returns the smallest, mean and largest Euclidean norm of the rows; null for no rows. */
function rowNorms(rows: Float32Array, n: number, d: number): Norms | null {
  if (n === 0) return null
  let [min, sum, max] = [Infinity, 0, 0]
  for (let i = 0; i < n; i += 1) {
    let squares = 0
    for (let k = i * d; k < (i + 1) * d; k += 1) squares += (rows[k] as number) ** 2
    const norm = Math.sqrt(squares)
    min = Math.min(min, norm)
    max = Math.max(max, norm)
    sum += norm
  }
  return { min, mean: sum / n, max }
}

/** Returns a warning when the vectors are not of unit length, null when they are. */
function normWarning({ min, max }: Norms): string | null {
  if (min >= 1 - UNIT_TOLERANCE && max <= 1 + UNIT_TOLERANCE) return null
  return (
    `The vectors are not of unit length (${min.toPrecision(4)} to ${max.toPrecision(4)}), so distances are not ` +
    'comparable with those of normalised embeddings. Use an encoder that normalises.'
  )
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
  // Where all texts differ, the vectors lie in the order of the rows.
  const isPlain = taking.every((i, row) => rowOf[i] === row)
  const matrix = isPlain ? vectors : new Float32Array(new SharedArrayBuffer(4 * n * d))
  if (!isPlain) {
    taking.forEach((i, row) => {
      const from = (rowOf[i] as number) * d
      matrix.set(vectors.subarray(from, from + d), row * d)
    })
  }
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
