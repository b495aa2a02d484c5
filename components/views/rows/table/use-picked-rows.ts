import { useCallback, useState } from 'react'
import type { RowRef } from '@/lib/contracts/rows'

type Key = Pick<RowRef, 'cellId' | 'idx'>

const keyOf = ({ cellId, idx }: Key) => `${cellId}.${idx}`

/** Rows picked for one act on all of them; they stay picked while the filter or the order changes. */
export interface PickedRows {
  rows: readonly Key[]
  has(row: Key): boolean
  toggle(row: Key): void
  clear(): void
}

export function usePickedRows(): PickedRows {
  const [picked, setPicked] = useState<ReadonlyMap<string, Key>>(new Map())
  const toggle = useCallback(({ cellId, idx }: Key) => {
    setPicked((before) => {
      const after = new Map(before)
      if (!after.delete(keyOf({ cellId, idx }))) after.set(keyOf({ cellId, idx }), { cellId, idx })
      return after
    })
  }, [])
  const clear = useCallback(() => setPicked(new Map()), [])
  return { rows: [...picked.values()], has: (row) => picked.has(keyOf(row)), toggle, clear }
}
