'use client'

import { Button } from '@mantine/core'
import { parseAsArrayOf, parseAsString, useQueryState } from 'nuqs'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useViewState } from '@/components/hooks/use-view-state'
import { formatCount } from '@/components/ui/format'
import { EmptyState } from '@/components/ui/states'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import { StudyPage } from '@/components/shell/study-page'
import type { ViewState } from '@/lib/contracts/filter'
import type { StudyDetail } from '@/lib/contracts/study'
import { BesideDetail, useColumnCard } from './detail/beside-detail'
import { PickedBar } from './table/picked-bar'
import { columnsBesideDetail, DEFAULT_OWN, shownMetrics, tableColumns } from './table/row-columns'
import { RowTable } from './table/row-table'
import { RowsToolbar } from './rows-toolbar'
import classes from './rows.module.css'
import { usePickedRows } from './table/use-picked-rows'
import { useRowSelection } from './table/use-row-selection'
import { useRowAt, type ListedRows } from './table/use-row-windows'

function Rows({ detail }: { detail: StudyDetail }) {
  const controls = useViewState()
  const [ownIds, setOwnIds] = useQueryState(
    'fields',
    parseAsArrayOf(parseAsString).withDefault(DEFAULT_OWN),
  )
  const [, setCardId] = useColumnCard()
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

  const rowAt = useRowAt(detail.study.id, state)
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
        {...{ detail, controls, state, metrics, listed }}
        own={ownIds}
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
      <BesideDetail
        study={detail}
        label="Row"
        open={selected}
        hasMarkKeys={picked.rows.length === 0}
        isHidden={listed?.total === 0}
        onStep={(direction) => void step(direction)}
        onSelect={select}
        onClose={() => select(null)}
      >
        <RowTable
          {...{ detail, state, columns, controls, selected, picked }}
          onSelect={select}
          onCard={(id) => void setCardId(id)}
          onListed={setListed}
        />
      </BesideDetail>
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
