import { useCallback, useState } from 'react'
import type { RowRef } from '@/lib/contracts/rows'

type Key = Pick<RowRef, 'cellId' | 'idx'>

const keyOf = ({ cellId, idx }: Key) => `${cellId}.${idx}`

/** Rows picked for one act on all of them; they stay picked while the filter or the order changes. */
export interface PickedRows {
  rows: readonly Key[]
  /** Whether every row that the filter shows is picked, seen or not. */
  isAll: boolean
  has(row: Key): boolean
  toggle(row: Key): void
  add(rows: readonly Key[]): void
  /** Picks every row that passes this filter; another filter ends it. */
  addAll(filterKey: string): void
  clear(): void
}

const NONE: ReadonlyMap<string, Key> = new Map()

export function usePickedRows(filterKey: string): PickedRows {
  const [picked, setPicked] = useState(NONE)
  const [allOf, setAllOf] = useState<string | null>(null)
  const isAll = allOf === filterKey
  const clear = useCallback(() => {
    setPicked(NONE)
    setAllOf(null)
  }, [])
  const toggle = useCallback(
    (row: Key) => {
      if (isAll) return clear()
      setPicked((before) => {
        const after = new Map(before)
        if (!after.delete(keyOf(row))) after.set(keyOf(row), row)
        return after
      })
    },
    [isAll, clear],
  )
  const add = useCallback((rows: readonly Key[]) => {
    setPicked((before) => new Map([...before, ...rows.map((row) => [keyOf(row), row] as const)]))
  }, [])
  return {
    rows: [...picked.values()].map(({ cellId, idx }) => ({ cellId, idx })),
    isAll,
    has: (row) => isAll || picked.has(keyOf(row)),
    toggle,
    add,
    addAll: setAllOf,
    clear,
  }
}
