'use client'

import { ActionIcon, Select } from '@mantine/core'
import { IconSortAscending, IconSortDescending } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import type { Listed } from '@/components/hooks/use-windows'
import { columnName } from '@/components/shell/column-name'
import { FilterButton } from '@/components/views/rows/filter/filter-button'
import { SearchBox } from '@/components/views/rows/filter/search-box'
import { ListHeading } from '@/components/views/rows/list-heading'
import rowClasses from '@/components/views/rows/rows.module.css'
import { placeOf } from '@/components/views/rows/table/row-cell'
import { hasHistogram, offeredColumns } from '@/components/views/rows/table/row-columns'
import type { LineageSort } from '@/lib/contracts/lineage'
import { SEEDS_KEY, SEEDS_LABEL } from '@/lib/contracts/seeds'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import type { StepPlace } from './places'

interface LineageToolbarProps {
  detail: StudyDetail
  controls: ViewStateControls
  listed: Listed | null
  places: readonly StepPlace[]
  sort: LineageSort
  metric: ColumnInfo | null
  onSort(sort: LineageSort): void
  onMetric(id: string): void
  children?: ReactNode
}

/** Search and filter of the rows by which seeds are found, order of the seeds, metric of the trajectories. */
export function LineageToolbar(props: LineageToolbarProps) {
  const { detail, controls, listed, places, sort, metric, onSort, onMetric } = props
  const columns = offeredColumns(detail)
  const option = (column: ColumnInfo) => ({ value: column.id, label: columnName(column) })
  // Several columns may have one short name; a list shows which is which.
  const options = (from: readonly ColumnInfo[]) =>
    from.map((column) => {
      const { label } = option(column)
      const isTwice = from.filter((one) => option(one).label === label).length > 1
      return { value: column.id, label: isTwice ? column.label : label }
    })
  const steps = [{ armKey: SEEDS_KEY, round: 0 }, ...places].map(({ armKey, round }) => ({
    value: `${round}~${armKey}`,
    label:
      armKey === SEEDS_KEY
        ? SEEDS_LABEL
        : `${placeOf(detail, { seedSetKey: '', armKey, round }).arm}, round ${round}`,
  }))
  const direction = sort.descending ? 'Highest first' : 'Lowest first'
  return (
    <div className={rowClasses.toolbar}>
      <ListHeading title="Lineage" unit="seeds" listed={listed} />
      <SearchBox filter={controls.state.filter} onFilter={controls.setFilter} />
      <FilterButton detail={detail} controls={controls} />
      <Select
        aria-label="Order of the seeds"
        w={190}
        searchable
        data={[
          { value: 'position', label: 'Order of the files' },
          { value: 'length', label: 'Instruction length' },
          ...options(columns),
        ]}
        value={sort.column}
        onChange={(column) => onSort({ ...sort, column: column ?? 'position' })}
      />
      <Select
        aria-label="Step by which seeds are ordered"
        w={190}
        data={steps}
        disabled={sort.column === 'position'}
        value={`${sort.round}~${sort.arm}`}
        onChange={(value) => {
          const [round = '0', ...arm] = (value ?? `0~${SEEDS_KEY}`).split('~')
          onSort({ ...sort, round: Number(round), arm: arm.join('~') })
        }}
      />
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={direction}
        title={direction}
        onClick={() => onSort({ ...sort, descending: !sort.descending })}
      >
        {sort.descending ? <IconSortDescending size={16} /> : <IconSortAscending size={16} />}
      </ActionIcon>
      <Select
        aria-label="Metric of the trajectories"
        w={190}
        searchable
        data={options(columns.filter(hasHistogram))}
        value={metric?.id ?? null}
        onChange={(id) => id && onMetric(id)}
      />
      {props.children}
    </div>
  )
}
