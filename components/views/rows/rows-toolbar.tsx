'use client'

import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { formatCount } from '@/components/ui/format'
import type { ViewState } from '@/lib/contracts/filter'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import { ColumnChooser } from './table/column-chooser'
import { FilterButton } from './filter/filter-button'
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
      <FilterButton detail={detail} controls={controls} />
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
