'use client'

import { Button } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsArrayOf, parseAsString, useQueryState } from 'nuqs'
import { useMemo, useState } from 'react'
import { fetchRowWindow, ROW_WINDOW, rowWindowKey } from '@/components/hooks/use-rows'
import { useFreshValues } from '@/components/hooks/use-fresh-values'
import { useStudy } from '@/components/hooks/use-studies'
import { useViewState } from '@/components/hooks/use-view-state'
import { formatCount } from '@/components/ui/format'
import { Page } from '@/components/ui/page'
import { EmptyState, LoadingLines, QueryState } from '@/components/ui/states'
import { useShortcut } from '@/components/ui/shortcuts'
import { PageTitle } from '@/components/views/frame/page-title'
import type { ViewState } from '@/lib/contracts/filter'
import type { StudyDetail } from '@/lib/contracts/study'
import { ColumnCard } from './column-card'
import { DEFAULT_OWN, shownMetrics, tableColumns } from './row-columns'
import { RowDetailPanel } from './row-detail-panel'
import { RowTable } from './row-table'
import { RowsToolbar } from './rows-toolbar'
import classes from './rows.module.css'
import { useRowSelection } from './use-row-selection'
import type { ListedRows } from './use-row-windows'

function Rows({ detail }: { detail: StudyDetail }) {
  const client = useQueryClient()
  const controls = useViewState()
  const [ownIds, setOwnIds] = useQueryState(
    'fields',
    parseAsArrayOf(parseAsString).withDefault(DEFAULT_OWN),
  )
  const [cardId, setCardId] = useQueryState('card', parseAsString)
  const [selected, select] = useRowSelection()
  const [listed, setListed] = useState<ListedRows | null>(null)
  useFreshValues(detail)

  const { filter, sort, columns: chosen } = controls.state
  const metrics = useMemo(() => shownMetrics(detail, chosen), [detail, chosen])
  const columns = useMemo(() => tableColumns(ownIds, metrics), [ownIds, metrics])
  const metricKey = metrics.map((column) => column.id).join(',')
  const state = useMemo<ViewState>(
    () => ({ filter, sort, columns: metricKey === '' ? [] : metricKey.split(',') }),
    [filter, sort, metricKey],
  )
  const card = detail.columns.find((column) => column.id === cardId?.split('@')[0]) ?? null

  const step = async (direction: 1 | -1) => {
    if (!listed || listed.total === 0) return
    const at = selected?.at ?? null
    const next = at === null ? 0 : Math.max(0, Math.min(listed.total - 1, at + direction))
    const page = Math.floor(next / ROW_WINDOW)
    const { rows, offset } = await client.ensureQueryData({
      queryKey: rowWindowKey(detail.study.id, state, page),
      queryFn: ({ signal }) => fetchRowWindow(detail.study.id, state, page, signal),
    })
    const row = rows[next - offset]
    if (row) select({ cellId: row.cellId, idx: row.idx, at: next })
  }
  useShortcut('j', 'Next row', () => void step(1), { group: 'Row' })
  useShortcut('k', 'Previous row', () => void step(-1), { group: 'Row' })

  return (
    <div className={classes.root}>
      <PageTitle parts={['Rows', detail.study.name]} />
      <RowsToolbar
        detail={detail}
        controls={controls}
        state={state}
        own={ownIds}
        metrics={metrics}
        listed={listed}
        onOwn={(ids) => void setOwnIds(ids)}
      />
      {listed?.total === 0 ? (
        <EmptyState
          title="No row passes this filter"
          action={<Button onClick={controls.clearFilter}>Clear the filter</Button>}
        >
          The study has {formatCount(listed.outOf)} rows. Take away a part of the filter above, or
          all of it.
        </EmptyState>
      ) : null}
      <div
        className={`${classes.body} ${selected ? classes.withDetail : ''}`}
        style={listed?.total === 0 ? { display: 'none' } : {}}
      >
        <RowTable
          detail={detail}
          state={state}
          columns={columns}
          controls={controls}
          selected={selected}
          onSelect={select}
          onCard={(id) => void setCardId(id)}
          onListed={setListed}
        />
        {selected ? (
          <aside className={classes.detail} aria-label="Row">
            <RowDetailPanel
              study={detail}
              selected={selected}
              onStep={(direction) => void step(direction)}
              onSelect={select}
              onClose={() => select(null)}
              onCard={(id) => void setCardId(id)}
            />
          </aside>
        ) : null}
      </div>
      <ColumnCard detail={detail} column={card} onClose={() => void setCardId(null)} />
    </div>
  )
}

export function RowsView({ studyId }: { studyId: string }) {
  const query = useStudy(studyId)
  return (
    <QueryState
      query={query}
      what="The study could not be read"
      skeleton={<LoadingLines lines={12} height={52} />}
      wrap={(content) => (
        <Page title="Rows">
          <PageTitle parts={['Rows']} />
          {content}
        </Page>
      )}
    >
      {(detail) =>
        detail.cells.length === 0 ? (
          <Page title="Rows">
            <PageTitle parts={['Rows', detail.study.name]} />
            <div className="ev-panel">
              <EmptyState
                title="No rows yet"
                action={
                  <Button
                    component={Link}
                    href={`/studies/${studyId}?do=import`}
                    leftSection={<IconUpload size={14} />}
                  >
                    Import files
                  </Button>
                }
              >
                Rows are listed here with their texts, parents and metric values once a file is
                imported.
              </EmptyState>
            </div>
          </Page>
        ) : (
          <Rows detail={detail} />
        )
      }
    </QueryState>
  )
}
