'use client'

import { useIndexing } from '@/components/hooks/use-jobs'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { formatCount } from '@/lib/contracts/format'
import { Notice } from '@/components/ui/states'
import type { RowFilter, TableLayout, ViewState } from '@/lib/contracts/filter'
import type { ColumnInfo, StudyDetail } from '@/lib/contracts/study'
import { ColumnChooser } from './table/column-chooser'
import { CopiesButton } from './filter/copies-button'
import { SimilarButton } from './filter/similar-button'
import { FilterButton } from './filter/filter-button'
import { isSearch } from './filter/is-search'
import { SearchProgress } from './filter/search-progress'
import { ListHeading } from './list-heading'
import classes from './rows.module.css'
import { SearchBox } from './filter/search-box'
import type { ListedRows } from './table/use-row-windows'

/** Says why a search is slow while the index of texts is not there yet. */
function IndexNotice({ filter }: { filter: RowFilter }) {
  const job = useIndexing()
  if (!job || !isSearch(filter)) return null
  const { done, total } = job.progress
  return (
    <div className={classes.wholeLine}>
      <Notice tone="info">
        The index of texts is being built
        {total ? `: ${formatCount(done)} of ${formatCount(total)} rows` : ''}. Searches find the
        same rows meanwhile, but read every text and take longer.
      </Notice>
    </div>
  )
}

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
      <SimilarButton detail={detail} controls={controls} />
      <ColumnChooser
        detail={detail}
        own={layout.fields}
        metrics={metrics}
        onOwn={(fields) => onLayout({ fields })}
        onMetrics={controls.setColumns}
      />
      <SearchProgress
        studyId={detail.study.id}
        filter={state.filter}
        onFilter={controls.setFilter}
      />
      <IndexNotice filter={state.filter} />
    </div>
  )
}
