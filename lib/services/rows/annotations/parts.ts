/** Rows of a cell as a decision stores them: first to last, all of them or those whose bit is set, counted from the first. */
export interface RowPart {
  cellNo: number
  first: number
  last: number
  bits: Uint8Array | null
}

/** Stretches of rows that are stored one by one; with more of them a bit a row is shorter. */
const MOST_STRETCHES = 32

/** Returns rows of a cell (ascending, each once) as parts. */
export function packRows(cellNo: number, rows: ArrayLike<number>): RowPart[] {
  const parts: RowPart[] = []
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k] as number
    const open = parts.at(-1)
    if (open?.last === row - 1) open.last = row
    else if (parts.length < MOST_STRETCHES)
      parts.push({ cellNo, first: row, last: row, bits: null })
    else return [packBits(cellNo, rows)]
  }
  return parts
}

function packBits(cellNo: number, rows: ArrayLike<number>): RowPart {
  const first = rows[0] as number
  const last = rows[rows.length - 1] as number
  const bits = new Uint8Array(((last - first) >> 3) + 1)
  for (let k = 0; k < rows.length; k++) {
    const at = (rows[k] as number) - first
    bits[at >> 3] = (bits[at >> 3] as number) | (1 << (at & 7))
  }
  return { cellNo, first, last, bits }
}

/** Calls back with every row of a part, ascending. */
export function eachRow({ first, last, bits }: RowPart, visit: (row: number) => void): void {
  for (let row = first; row <= last; row++) {
    const at = row - first
    if (bits === null || (((bits[at >> 3] as number) >> (at & 7)) & 1) === 1) visit(row)
  }
}

/** Returns how many rows a part has. */
export function countRows(part: RowPart): number {
  let n = 0
  eachRow(part, () => (n += 1))
  return n
}
