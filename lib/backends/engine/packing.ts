/** Rows that are decoded together, each padded to `length` tokens so that all shapes are equal. */
export interface Pack {
  rows: number[]
  length: number
}

/** Limits of one decode call. */
export interface PackLimits {
  /** Tokens in one call. */
  tokens: number
  /** Rows in one call. */
  rows: number
  /** Rows longer than this are decoded alone. */
  longest: number
}

// Padding is wasted work: a row joins only while it fills nine tenths of the place.
const FILL = 0.9

/**
 * Returns the rows in packs, longest first; every row of at least one token is in exactly one. Rows of a pack are
 * padded to its longest: with equal shapes a row's numbers do not depend on its neighbours.
 */
export function packRows(lengths: readonly number[], limits: PackLimits): Pack[] {
  const order = lengths
    .map((length, row) => ({ length, row }))
    .filter(({ length }) => length > 0)
    .toSorted((a, b) => b.length - a.length || a.row - b.row)
  const packs: Pack[] = []
  let open: Pack | null = null
  for (const { length, row } of order) {
    const fits =
      open !== null &&
      open.length <= limits.longest &&
      open.rows.length < limits.rows &&
      (open.rows.length + 1) * open.length <= limits.tokens &&
      length >= FILL * open.length
    if (open && fits) open.rows.push(row)
    else {
      open = { rows: [row], length }
      packs.push(open)
    }
  }
  return packs
}
