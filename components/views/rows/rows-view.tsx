'use client'

import { Button } from '@mantine/core'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useStepDecision } from '@/components/hooks/use-decisions'
import { useViewState } from '@/components/hooks/use-view-state'
import { formatCount } from '@/lib/contracts/format'
import { notifyDone, notifyError } from '@/components/ui/notify'
import { EmptyState } from '@/components/ui/states'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import { StudyPage } from '@/components/shell/study-page'
import type { ViewState } from '@/lib/contracts/filter'
import type { RowListItem } from '@/lib/contracts/rows'
import type { StudyDetail } from '@/lib/contracts/study'
import { BesideDetail, useColumnCard } from './detail/beside-detail'
import { PickedBar } from './table/picked-bar'
import { columnsBesideDetail, shownMetrics, tableColumns } from './table/row-columns'
import { RowTable } from './table/row-table'
import { RowsToolbar } from './rows-toolbar'
import classes from './rows.module.css'
import { usePickedRows } from './table/use-picked-rows'
import { useTableLayout } from './table/use-table-layout'
import { useRowSelection } from './table/use-row-selection'
import { useRowAt, type ListedRows } from './table/use-row-windows'

/** Rows that can be chosen one by one; more are named by a filter. */
const MAX_CHOSEN = 10_000

const TURNED = { undo: 'undone', redo: 'brought back' }

function Rows({ detail }: { detail: StudyDetail }) {
  const controls = useViewState()
  const { layout, set: setLayout } = useTableLayout(detail.study.id)
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
    const all = tableColumns(layout, metrics)
    return isOpen ? columnsBesideDetail(all, state, layout.pins) : all
  }, [layout, metrics, isOpen, state])

  const filterKey = JSON.stringify(filter)
  const picked = usePickedRows(filterKey)
  // Where the reader was before the row was closed.
  const place = useRef<number | null>(null)
  // The row from which a stretch is selected.
  const anchor = useRef<number | null>(null)
  useEffect(() => {
    if (selected?.at != null) place.current = selected.at
  }, [selected])

  // In another list the place means another row.
  const listKey = JSON.stringify([filter, sort])
  useEffect(() => {
    place.current = null
    anchor.current = null
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
    anchor.current = selected?.at ?? place.current ?? 0
    const row = selected ?? (await rowAt(anchor.current))
    if (row) picked.toggle(row)
  }
  const pickTo = async (at: number) => {
    const from = anchor.current ?? selected?.at ?? place.current ?? at
    anchor.current ??= from
    const [low, high] = [Math.min(from, at), Math.max(from, at)]
    if (high - low >= MAX_CHOSEN) {
      const most = formatCount(MAX_CHOSEN)
      notifyDone(
        `A stretch has ${most} rows at most. Filter, and select all that the filter shows.`,
      )
      return
    }
    const places = Array.from({ length: high - low + 1 }, (_, k) => low + k)
    const rows = await Promise.all(places.map(rowAt))
    picked.add(rows.flatMap((row) => row ?? []))
  }
  const pickStep = async (direction: 1 | -1) => {
    if (!listed || listed.total === 0) return
    const at = selected?.at ?? place.current ?? 0
    const next = Math.max(0, Math.min(listed.total - 1, at + direction))
    anchor.current ??= at
    place.current = next
    await pickTo(next)
    if (selected) await openAt(next)
  }
  const pickRow = (row: RowListItem, at: number, isStretch: boolean) => {
    if (isStretch) void pickTo(at)
    else {
      anchor.current = at
      place.current = at
      picked.toggle(row)
    }
  }
  const pickAll = () => picked.addAll(filterKey)
  const stepDecision = useStepDecision(detail.study.id)
  const turnBack = (way: 'undo' | 'redo') =>
    stepDecision.mutate(way, {
      onError: (error) => notifyError(`The decision was not ${TURNED[way]}`, error),
      onSuccess: (no) =>
        notifyDone(
          no === null ? `There is no decision to ${way}.` : `Decision ${no} ${TURNED[way]}.`,
        ),
    })
  useShortcut(KEYS.nextRow, () => void step(1))
  useShortcut(KEYS.nextRowArrow, () => void step(1))
  useShortcut(KEYS.previousRow, () => void step(-1))
  useShortcut(KEYS.previousRowArrow, () => void step(-1))
  useShortcut(KEYS.openRow, () => void openAt(place.current ?? 0))
  useShortcut(KEYS.pickRow, () => void pick())
  useShortcut(KEYS.pickDown, () => void pickStep(1))
  useShortcut(KEYS.pickUp, () => void pickStep(-1))
  useShortcut(KEYS.pickAll, pickAll)
  useShortcut(KEYS.undoDecision, () => turnBack('undo'))
  useShortcut(KEYS.redoDecision, () => turnBack('redo'))

  const hasPicked = picked.isAll || picked.rows.length > 0
  return (
    <div className={classes.root}>
      <RowsToolbar
        {...{ detail, controls, state, metrics, listed }}
        layout={layout}
        onLayout={setLayout}
      />
      {hasPicked ? (
        <PickedBar
          studyId={detail.study.id}
          picked={picked}
          filter={filter}
          total={listed?.total ?? 0}
          onAll={pickAll}
        />
      ) : null}
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
        hasMarkKeys={!hasPicked}
        isHidden={listed?.total === 0}
        onStep={(direction) => void step(direction)}
        onSelect={select}
        onClose={() => select(null)}
      >
        <RowTable
          {...{ detail, state, columns, controls, selected, picked }}
          onSelect={select}
          pins={layout.pins}
          // Beside a row the columns stand in another order.
          onLayout={isOpen ? null : setLayout}
          onPick={pickRow}
          onPickAll={() => (picked.isAll ? picked.clear() : pickAll())}
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
