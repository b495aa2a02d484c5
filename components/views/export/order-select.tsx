'use client'

import { Select } from '@mantine/core'
import { useViewState } from '@/components/hooks/use-view-state'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'

const FILE_ORDER = 'position'

/** Order of the rows, shared with the rows page. */
export function OrderSelect({ study }: { study: StudyDetail }) {
  const { state, setSort } = useViewState()
  const { column, descending } = state.sort
  const sorts = ({ shape }: ColumnInfo) => shape !== 'vector' && shape !== 'rowRef'
  const columns = study.columns.filter((one) => !one.hidden && (sorts(one) || one.id === column))
  const data = [
    { value: FILE_ORDER, label: 'File order' },
    { value: `-${FILE_ORDER}`, label: 'File order, reversed' },
    ...columns.flatMap((one) => [
      { value: `-${one.id}`, label: `${one.label}, highest first` },
      { value: one.id, label: `${one.label}, lowest first` },
    ]),
  ]
  const value = `${descending ? '-' : ''}${column}`
  const known = data.some((one) => one.value === value)
  return (
    <Select
      label="Order"
      description="Rows without a value come last; ties stay in file order."
      data={known ? data : [...data, { value, label: value.replace(/^-/, '') }]}
      value={value}
      onChange={(next) =>
        next && setSort({ column: next.replace(/^-/, ''), descending: next.startsWith('-') })
      }
      searchable
      w={340}
    />
  )
}
