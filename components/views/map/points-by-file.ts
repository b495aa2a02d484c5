interface RowPlace {
  cellId: string
  idx: number
}

/** Which row a point stands for, and the other way round: points come file by file. */
export function pointsByFile(cells: readonly { cellId: string; rows: number }[]) {
  const starts: number[] = []
  let n = 0
  for (const { rows } of cells) {
    starts.push(n)
    n += rows
  }
  return {
    rowOf(point: number): RowPlace | null {
      if (point < 0 || point >= n) return null
      const file = starts.findLastIndex((start) => start <= point)
      const cell = cells[file]
      return cell ? { cellId: cell.cellId, idx: point - (starts[file] as number) } : null
    },
    pointOf({ cellId, idx }: RowPlace): number {
      const file = cells.findIndex((cell) => cell.cellId === cellId)
      const cell = cells[file]
      return cell && idx < cell.rows ? (starts[file] as number) + idx : -1
    },
  }
}
