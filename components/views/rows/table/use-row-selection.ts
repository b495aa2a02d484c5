import { parseAsInteger, parseAsString, useQueryStates } from 'nuqs'
import { useCallback, useMemo } from 'react'

export interface SelectedRow {
  cellId: string
  idx: number
  /** Place in the filtered and sorted list, when known. */
  at: number | null
}

const parsers = { row: parseAsString, at: parseAsInteger }

/** The open row, in the URL as `row=<cell>.<index>` with its place in the list as `at`. */
export function useRowSelection(): [SelectedRow | null, (row: SelectedRow | null) => void] {
  const [{ row, at }, setState] = useQueryStates(parsers, { history: 'push' })
  const selected = useMemo(() => {
    const match = /^(.+)\.(\d+)$/.exec(row ?? '')
    return match ? { cellId: match[1] as string, idx: Number(match[2]), at } : null
  }, [row, at])
  const isOpen = selected !== null
  const select = useCallback(
    (next: SelectedRow | null) =>
      void setState(
        next ? { row: `${next.cellId}.${next.idx}`, at: next.at } : { row: null, at: null },
        {
          // Opening is a step back can undo; walking with j and k is not a hundred steps.
          history: isOpen && next ? 'replace' : 'push',
        },
      ),
    [isOpen, setState],
  )
  return [selected, select]
}
