'use client'

import { useLocalStorage } from '@mantine/hooks'
import type { ColumnSizingState } from '@tanstack/react-table'
import {
  columnResizingFeature,
  columnSizingFeature,
  createColumnHelper,
  metaHelper,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useHistograms } from '@/components/hooks/use-rows'
import { useShownEntry, useVirtualList } from '@/components/hooks/use-virtual-list'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { ErrorState } from '@/components/ui/states'
import type { TableLayout, ViewState } from '@/lib/contracts/filter'
import type { RowListItem } from '@/lib/contracts/rows'
import type { StudyDetail } from '@/lib/contracts/study'
import { RowCell } from './row-cell'
import type { RowColumn } from './row-columns'
import { hasHistogram } from './row-columns'
import { HeadCell } from './row-table-head'
import classes from '../rows.module.css'
import type { PickedRows } from './use-picked-rows'
import type { SelectedRow } from './use-row-selection'
import type { ListedRows } from './use-row-windows'
import { useColumnHeads } from './use-column-heads'
import { useRowWindows } from './use-row-windows'

/** A number of four digits with its sign. */
const MIN_WIDTH = 60
const LAYOUT = { rowHeight: 52, headHeight: 83, overscan: 8 }

const features = tableFeatures({
  columnSizingFeature,
  columnResizingFeature,
  columnMeta: metaHelper<{ column: RowColumn }>(),
})
const helper = createColumnHelper<typeof features, RowListItem>()
const NO_ROWS: RowListItem[] = []

interface RowTableProps {
  detail: StudyDetail
  state: ViewState
  columns: readonly RowColumn[]
  controls: ViewStateControls
  selected: SelectedRow | null
  picked: PickedRows
  /** Columns that stay at the left, after the first. */
  pins: readonly string[]
  /** Moves and pins columns; null while they cannot be. */
  onLayout: ((patch: Partial<TableLayout>) => void) | null
  onSelect(row: SelectedRow): void
  /** Selects or deselects a row, or the stretch up to it. */
  onPick(row: RowListItem, at: number, isStretch: boolean): void
  onPickAll(): void
  onCard(columnId: string): void
  /** Called when the length of the list is known or changed. */
  onListed(listed: ListedRows): void
}

/** All rows of the filter, drawn as they scroll into view. */
export function RowTable(props: RowTableProps) {
  const { detail, state, columns, controls, selected, picked, onSelect, onListed } = props
  const [sizing, setSizing] = useLocalStorage<ColumnSizingState>({
    key: `evolens-column-widths-${detail.study.id}`,
    defaultValue: {},
  })
  const defs = useMemo(
    () =>
      columns.map((column) =>
        helper.display({ id: column.id, size: column.width, minSize: MIN_WIDTH, meta: { column } }),
      ),
    [columns],
  )
  const table = useTable({
    features,
    columns: defs,
    data: NO_ROWS,
    columnResizeMode: 'onChange',
    state: { columnSizing: sizing },
    onColumnSizingChange: setSizing,
  })
  const headers = table.getHeaderGroups()[0]?.headers ?? []
  const width = table.getTotalSize()

  // Where pinned columns stand while the others scroll under them.
  const lefts = new Map<string, number>()
  let left = 0
  for (const [index, header] of headers.entries()) {
    if (index > 0 && !props.pins.includes(header.id)) break
    lefts.set(header.id, left)
    left += header.getSize()
  }
  const heads = useColumnHeads({
    columns,
    pins: props.pins,
    onLayout: props.onLayout,
    onWider: (id, by) => {
      const size = headers.find((header) => header.id === id)?.getSize() ?? 0
      setSizing((before) => ({ ...before, [id]: Math.max(MIN_WIDTH, size + by) }))
    },
  })

  const [count, setCount] = useState(1)
  const scroll = useRef<HTMLDivElement>(null)
  const { virtualizer, items, first, last, height } = useVirtualList(scroll, {
    count,
    ...LAYOUT,
  })
  const plotted = columns.filter((column) => column.metric && hasHistogram(column.metric))
  const counted = plotted.map((column) => column.id)
  const windows = useRowWindows(detail.study.id, state, { first, last, counted })
  const { listed, rowAt } = windows
  if (listed && listed.total !== count) setCount(listed.total)

  // They wait for the first rows: a browser asks a server six things at a time.
  const answers = useHistograms(detail.study.id, counted, state.filter, listed !== null)
  const histograms = new Map(plotted.map((column, index) => [column.id, answers[index] ?? null]))

  useEffect(() => {
    if (listed) onListed(listed)
  }, [listed, onListed])

  const isKnown = listed !== null
  const listKey = isKnown ? JSON.stringify([state.filter, state.sort]) : null
  useShownEntry(virtualizer, listKey, selected?.at ?? null)

  if (windows.error && !listed) {
    return (
      <div className={classes.failed}>
        <ErrorState
          error={windows.error}
          what="The rows could not be read"
          onRetry={windows.refetch}
        />
      </div>
    )
  }

  return (
    <div ref={scroll} className={classes.scroll} role="region" aria-label="Table of rows">
      <div
        className={classes.table}
        role="table"
        aria-label="Rows"
        aria-rowcount={listed ? listed.total + 1 : -1}
        aria-colcount={columns.length}
        aria-busy={windows.isFetching}
        style={{ width, height }}
      >
        <div role="rowgroup" className={classes.head}>
          <div role="row" aria-rowindex={1} className={classes.headRow}>
            {headers.map((header) => {
              const column = header.column.columnDef.meta?.column
              return column ? (
                <HeadCell
                  key={header.id}
                  column={column}
                  width={header.getSize()}
                  state={state}
                  controls={controls}
                  onResizeStart={header.getResizeHandler()}
                  onResizeReset={() => header.column.resetSize()}
                  isResizing={header.column.getIsResizing()}
                  left={lefts.get(header.id)}
                  heads={heads}
                  histogram={histograms.get(column.id) ?? null}
                  onCard={props.onCard}
                  allPicked={picked.isAll}
                  onPickAll={props.onPickAll}
                />
              ) : null
            })}
          </div>
        </div>
        <div role="rowgroup">
          {isKnown
            ? items.map((item) => {
                const row = rowAt(item.index)
                const isSelected =
                  row !== null && selected?.cellId === row.cellId && selected.idx === row.idx
                const open = () =>
                  row && onSelect({ cellId: row.cellId, idx: row.idx, at: item.index })
                return (
                  <div
                    key={item.index}
                    role="row"
                    aria-rowindex={item.index + 2}
                    className={classes.row}
                    style={{ transform: `translateY(${item.start}px)` }}
                    onClick={(event) => {
                      const isPick = event.shiftKey || event.ctrlKey || event.metaKey
                      if (row && isPick) props.onPick(row, item.index, event.shiftKey)
                      else open()
                    }}
                    onKeyDown={(event) => {
                      if (event.key === 'Enter') open()
                    }}
                    {...(isSelected ? { 'data-selected': true } : {})}
                    {...(row && picked.has(row) ? { 'data-picked': true } : {})}
                    {...(row?.marks.includes('drop') ? { 'data-dropped': true } : {})}
                  >
                    {headers.map((header) => {
                      const column = header.column.columnDef.meta?.column
                      return (
                        <div
                          key={header.id}
                          role="cell"
                          className={`${classes.cell} ${lefts.has(header.id) ? classes.pinned : ''}`}
                          style={{ width: header.getSize(), left: lefts.get(header.id) }}
                        >
                          {row && column ? (
                            <RowCell
                              column={column}
                              row={row}
                              detail={detail}
                              edges={histograms.get(column.id)?.edges ?? null}
                              isPicked={picked.has(row)}
                              onOpen={open}
                              onPick={(isStretch) => props.onPick(row, item.index, isStretch)}
                            />
                          ) : (
                            <div className={classes.skeleton} />
                          )}
                        </div>
                      )
                    })}
                  </div>
                )
              })
            : null}
        </div>
      </div>
    </div>
  )
}
