'use client'

import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { parseAsArrayOf, parseAsString, useQueryState } from 'nuqs'
import { useEffect, useMemo, useRef, useState } from 'react'
import { studyKeys } from '@/components/hooks/keys'
import { fetchRowWindow, ROW_WINDOW } from '@/components/hooks/use-rows'
import { useViewState } from '@/components/hooks/use-view-state'
import { formatCount } from '@/components/ui/format'
import { EmptyState } from '@/components/ui/states'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import { StudyPage } from '@/components/shell/study-page'
import type { ViewState } from '@/lib/contracts/filter'
import type { StudyDetail } from '@/lib/contracts/study'
import { ColumnCard } from './detail/column-card'
import { PickedBar } from './table/picked-bar'
import { columnsBesideDetail, DEFAULT_OWN, shownMetrics, tableColumns } from './table/row-columns'
import { RowDetailPanel } from './detail/row-detail-panel'
import { RowTable } from './table/row-table'
import { RowsToolbar } from './rows-toolbar'
import classes from './rows.module.css'
import { usePickedRows } from './table/use-picked-rows'
import { useRowSelection } from './table/use-row-selection'
import type { ListedRows } from './table/use-row-windows'

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

  const { filter, sort, columns: chosen } = controls.state
  const metrics = useMemo(() => shownMetrics(detail, chosen), [detail, chosen])
  const metricKey = metrics.map((column) => column.id).join(',')
  const state = useMemo<ViewState>(
    () => ({ filter, sort, columns: metricKey === '' ? [] : metricKey.split(',') }),
    [filter, sort, metricKey],
  )
  const isOpen = selected !== null
  const columns = useMemo(() => {
    const all = tableColumns(ownIds, metrics)
    return isOpen ? columnsBesideDetail(all, state) : all
  }, [ownIds, metrics, isOpen, state])
  const card = detail.columns.find((column) => column.id === cardId?.split('@')[0]) ?? null

  const picked = usePickedRows()
  // Where the reader was before the row was closed.
  const place = useRef<number | null>(null)
  useEffect(() => {
    if (selected?.at != null) place.current = selected.at
  }, [selected])

  // In another list the place means another row.
  const listKey = JSON.stringify([filter, sort])
  useEffect(() => {
    place.current = null
  }, [listKey])

  const rowAt = async (next: number) => {
    const page = Math.floor(next / ROW_WINDOW)
    const { rows, offset } = await client.ensureQueryData({
      queryKey: studyKeys.rowWindow(detail.study.id, state, page),
      queryFn: ({ signal }) => fetchRowWindow(detail.study.id, state, page, signal),
    })
    return rows[next - offset] ?? null
  }
  const openAt = async (at: number) => {
    if (!listed || listed.total === 0) return
    const next = Math.max(0, Math.min(listed.total - 1, at))
    const row = await rowAt(next)
    if (row) select({ cellId: row.cellId, idx: row.idx, at: next })
  }
  const step = (direction: 1 | -1) => {
    const at = selected ? selected.at : place.current
    return openAt(at === null ? 0 : at + direction)
  }
  const pick = async () => {
    const row = selected ?? (await rowAt(place.current ?? 0))
    if (row) picked.toggle(row)
  }
  useShortcut(KEYS.nextRow, () => void step(1))
  useShortcut(KEYS.nextRowArrow, () => void step(1))
  useShortcut(KEYS.previousRow, () => void step(-1))
  useShortcut(KEYS.previousRowArrow, () => void step(-1))
  useShortcut(KEYS.openRow, () => void openAt(place.current ?? 0))
  useShortcut(KEYS.pickRow, () => void pick())

  return (
    <div className={classes.root}>
      <RowsToolbar
        detail={detail}
        controls={controls}
        state={state}
        own={ownIds}
        metrics={metrics}
        listed={listed}
        onOwn={(ids) => void setOwnIds(ids)}
      />
      {picked.rows.length > 0 ? <PickedBar studyId={detail.study.id} picked={picked} /> : null}
      {listed?.total === 0 ? (
        <EmptyState
          title="No row matches this filter"
          action={<Button onClick={controls.clearFilter}>Clear the filter</Button>}
        >
          The study has {formatCount(listed.outOf)} rows. Remove a part of the filter above, or
          clear it.
        </EmptyState>
      ) : null}
      <div
        className={`${classes.body} ${selected ? classes.withDetail : ''}`}
        hidden={listed?.total === 0}
      >
        <RowTable
          detail={detail}
          state={state}
          columns={columns}
          controls={controls}
          selected={selected}
          picked={picked}
          onSelect={select}
          onCard={(id) => void setCardId(id)}
          onListed={setListed}
        />
        {selected ? (
          <aside className={classes.detail} aria-label="Row" data-own-arrows>
            <RowDetailPanel
              study={detail}
              selected={selected}
              hasMarkKeys={picked.rows.length === 0}
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

const EMPTY = {
  title: 'No rows yet',
  text: 'Rows are listed here with their texts, parents and metric values once a file is imported.',
}

/** The rows of a study as a table, with one of them opened beside it. */
export function RowsView({ studyId }: { studyId: string }) {
  return (
    <StudyPage studyId={studyId} title="Rows" lines={12} height={52} empty={EMPTY} hasOwnHeading>
      {(detail) => <Rows detail={detail} />}
    </StudyPage>
  )
}
