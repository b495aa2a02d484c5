'use client'

import type { ViewStateControls } from '@/components/hooks/use-view-state'
import type { TableLayout, ViewState } from '@/lib/contracts/filter'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import { ColumnChooser } from './table/column-chooser'
import { CopiesButton } from './filter/copies-button'
import { FilterButton } from './filter/filter-button'
import { ListHeading } from './list-heading'
import classes from './rows.module.css'
import { SearchBox } from './filter/search-box'
import type { ListedRows } from './table/use-row-windows'
import { ViewsMenu } from './filter/views-menu'

interface RowsToolbarProps {
  detail: StudyDetail
  controls: ViewStateControls
  state: ViewState
  layout: TableLayout
  metrics: readonly ColumnInfo[]
  listed: ListedRows | null
  onLayout(patch: Partial<TableLayout>): void
}

export function RowsToolbar(props: RowsToolbarProps) {
  const { detail, controls, state, layout, metrics, listed, onLayout } = props

  return (
    <div className={classes.toolbar}>
      <ListHeading title="Rows" unit="rows" listed={listed} />
      <SearchBox filter={state.filter} onFilter={controls.setFilter} />
      <FilterButton detail={detail} controls={controls} />
      <CopiesButton studyId={detail.study.id} controls={controls} />
      <ColumnChooser
        detail={detail}
        own={layout.fields}
        metrics={metrics}
        onOwn={(fields) => onLayout({ fields })}
        onMetrics={controls.setColumns}
      />
      <ViewsMenu
        studyId={detail.study.id}
        state={{ ...state, table: layout }}
        onApply={(view) => {
          controls.setView(view)
          if (view.table) onLayout(view.table)
        }}
      />
    </div>
  )
}
