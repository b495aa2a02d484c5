/** Texts that are computed together; `length` is that of the longest, to which the others are padded. */
export interface TextBatch {
  texts: number[]
  length: number
}

/** Returns the ids cut to `limit` with the closing mark kept, and whether anything was cut. */
export function cutPieces(ids: readonly number[], limit: number): { ids: number[]; cut: boolean } {
  if (ids.length <= limit) return { ids: [...ids], cut: false }
  return { ids: [...ids.slice(0, limit - 1), ids.at(-1) as number], cut: true }
}

// Padding is wasted work: a text joins only while the shortest fills this share of the place.
const FILL = 0.85

/** Returns the texts in batches of similar length, at most `tokens` with padding, shortest first; every text is in exactly one. */
export function batchByLength(lengths: readonly number[], tokens: number): TextBatch[] {
  const order = lengths
    .map((length, text) => ({ length, text }))
    .toSorted((a, b) => a.length - b.length || a.text - b.text)
  const batches: TextBatch[] = []
  let open: (TextBatch & { shortest: number }) | null = null
  for (const { length, text } of order) {
    const fits =
      open !== null && (open.texts.length + 1) * length <= tokens && open.shortest >= FILL * length
    if (open && fits) {
      open.texts.push(text)
      open.length = length
    } else {
      open = { texts: [text], length, shortest: length }
      batches.push(open)
    }
  }
  return batches
}

/**
 * Returns the mean of a text's own token vectors, scaled to length 1. `states` holds rows of `dimension` values;
 * the text has `count` of them from row `first`. Sums are float64, so that their order does not show.
 */
export function meanPool(
  states: Float32Array,
  first: number,
  count: number,
  dimension: number,
): Float32Array {
  const sums = new Float64Array(dimension)
  for (let row = first; row < first + count; row += 1) {
    const offset = row * dimension
    for (let k = 0; k < dimension; k += 1) {
      sums[k] = (sums[k] as number) + (states[offset + k] as number)
    }
  }
  let square = 0
  for (const value of sums) square += value * value
  const length = Math.sqrt(square)
  return Float32Array.from(sums, (value) => (length > 0 ? value / length : 0))
}
