'use client'

import { Button } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import { useViewState } from '@/components/hooks/use-view-state'
import type { AtomOf } from '@/lib/contracts/condition'
import { withConditions } from '@/lib/contracts/condition-tree'
import type { PickedRows } from '../table/use-picked-rows'

/**
 * Returns the picked rows as a condition, the rows of one file together.
 * @internal
 */
export function rowsCondition(rows: PickedRows['rows']): AtomOf<'rows'> {
  const files = new Map<string, number[]>()
  for (const { cellId, idx } of rows) files.set(cellId, [...(files.get(cellId) ?? []), idx])
  return { is: 'rows', files: [...files].map(([cellId, of]) => ({ cellId, rows: of })) }
}

/** Filters the list by the rows that are selected in it: they are then in the address, in figures and in exports. */
export function OnlyPicked({ picked }: { picked: PickedRows }) {
  const { state, setFilter } = useViewState()
  return (
    <Button
      variant="default"
      leftSection={<IconFilter size={14} />}
      onClick={() => {
        setFilter({ where: withConditions(state.filter.where, rowsCondition(picked.rows)) })
        picked.clear()
      }}
    >
      Show only these
    </Button>
  )
}
