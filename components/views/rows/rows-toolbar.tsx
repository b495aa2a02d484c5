'use client'

import { Button, Popover } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import { useState } from 'react'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { formatCount } from '@/components/ui/format'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import { filterChips } from '@/components/shell/filter-chips'
import type { ViewState } from '@/lib/contracts/filter'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import { ColumnChooser } from './table/column-chooser'
import { FilterPanel } from './filter/filter-panel'
import classes from './rows.module.css'
import { SearchBox } from './filter/search-box'
import type { ListedRows } from './table/use-row-windows'
import { ViewsMenu } from './filter/views-menu'

interface RowsToolbarProps {
  detail: StudyDetail
  controls: ViewStateControls
  state: ViewState
  own: readonly string[]
  metrics: readonly ColumnInfo[]
  listed: ListedRows | null
  onOwn(ids: string[]): void
}

function countText(listed: ListedRows | null): string {
  if (!listed) return 'Counting rows'
  if (listed.total === listed.outOf) return `${formatCount(listed.total)} rows`
  return `${formatCount(listed.total)} of ${formatCount(listed.outOf)} rows`
}

export function RowsToolbar(props: RowsToolbarProps) {
  const { detail, controls, state, own, metrics, listed } = props
  const [isFilterOpen, setIsFilterOpen] = useState(false)
  useShortcut(KEYS.filter, () => setIsFilterOpen(true))
  const nParts = filterChips(state.filter, detail).length

  return (
    <div className={classes.toolbar}>
      <h1 className={classes.title}>Rows</h1>
      <span
        className={classes.count}
        aria-live="polite"
        title={listed ? `answered in ${listed.serverMs} ms` : ''}
      >
        {countText(listed)}
      </span>
      <SearchBox value={state.filter.text} onChange={(text) => controls.setFilter({ text })} />
      <Popover
        opened={isFilterOpen}
        onChange={setIsFilterOpen}
        position="bottom-start"
        width={560}
        trapFocus
      >
        <Popover.Target>
          <Button
            variant="default"
            leftSection={<IconFilter size={14} />}
            aria-expanded={isFilterOpen}
            onClick={() => setIsFilterOpen(!isFilterOpen)}
          >
            Filter{nParts > 0 ? ` (${nParts})` : ''}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label="Filter">
          <FilterPanel detail={detail} filter={state.filter} controls={controls} />
        </Popover.Dropdown>
      </Popover>
      <ColumnChooser
        detail={detail}
        own={own}
        metrics={metrics}
        onOwn={props.onOwn}
        onMetrics={controls.setColumns}
      />
      <ViewsMenu studyId={detail.study.id} state={state} onApply={controls.setView} />
    </div>
  )
}
