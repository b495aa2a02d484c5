'use client'

import { Checkbox, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconPin, IconPinFilled } from '@tabler/icons-react'
import type { MouseEvent, ReactNode, TouchEvent } from 'react'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import type { RowSort, ViewState } from '@/lib/contracts/filter'
import type { ColumnHistogram } from '@/lib/contracts/rows'
import type { ColumnInfo } from '@/lib/contracts/study'
import { HeaderHistogram } from '../filter/header-histogram'
import type { RowColumn } from './row-columns'
import { hasHistogram } from './row-columns'
import type { ColumnHeads } from './use-column-heads'
import classes from '../rows.module.css'

/** The first click sorts from high to low, the second from low to high, the third restores file order. */
export function nextSort(sort: RowSort, column: string): RowSort {
  if (sort.column !== column) return { column, descending: true }
  return sort.descending ? { column, descending: false } : { column: 'position', descending: false }
}

const ARROW = { higher: '↑ ', lower: '↓ ', none: '' }

/** Under the name of a column: its unit, or `harder` of `Harder: the instruction helps less.` */
function subtitle({ unit, direction, directionMeans }: ColumnInfo): string {
  const [clause = ''] = direction === 'none' ? [] : directionMeans.split(/[:.,]/)
  return unit || clause.charAt(0).toLowerCase() + clause.slice(1) || 'details'
}

/** One sentence after the other, whether or not the first has its full stop. */
function sentences(first: string, second: string): string {
  return `${first.replace(/\.$/, '')}. ${second}`
}

/** What the row's own parts are sorted by: texts by their length. */
const OWN_SORT: Readonly<Record<string, string>> = {
  row: 'position',
  instruction: 'length',
  response: 'response_words.words',
  operator: 'operator',
  slot: 'slot',
  flags: 'flags',
  decisions: 'decisions',
}

const TEXTS = ['instruction', 'input', 'response']

interface HeadCellProps {
  column: RowColumn
  width: number
  state: ViewState
  controls: ViewStateControls
  onResizeStart(event: MouseEvent | TouchEvent): void
  onResizeReset(): void
  isResizing: boolean
  /** Distance from the left edge at which it stays; undefined for a column that scrolls. */
  left: number | undefined
  heads: ColumnHeads
  histogram: ColumnHistogram | null
  onCard(columnId: string): void
  allPicked: boolean
  onPickAll(): void
}

function SortIcon({ sort, id }: { sort: RowSort; id: string }): ReactNode {
  if (sort.column !== id) return null
  return sort.descending ? (
    <IconArrowDown size={13} aria-label="highest first" />
  ) : (
    <IconArrowUp size={13} aria-label="lowest first" />
  )
}

export function HeadCell(props: HeadCellProps) {
  const { column, width, state, controls, left, heads } = props
  const { metric } = column
  const sortId = metric ? column.id : (OWN_SORT[column.id] ?? null)
  const range = state.filter.ranges.find((one) => one.column === column.id) ?? null
  const isText = TEXTS.includes(column.id)
  const sorted = state.sort.column === sortId || (isText && state.sort.column === column.id)
  return (
    <div
      role="columnheader"
      className={`${classes.headCell} ${left === undefined ? '' : classes.pinned}`}
      style={{ width, left }}
      data-column={column.id}
      {...heads.dropProps(column.id)}
      {...(sorted
        ? { 'aria-sort': state.sort.descending ? ('descending' as const) : ('ascending' as const) }
        : {})}
    >
      <div
        className={column.id === 'row' ? classes.placeCell : undefined}
        {...heads.dragProps(column.id)}
      >
        {column.id === 'row' ? (
          <Checkbox
            size="xs"
            aria-label="Select every row that the filter shows"
            checked={props.allPicked}
            onChange={props.onPickAll}
          />
        ) : null}
        {sortId ? (
          <UnstyledButton
            className={classes.headButton}
            title={sentences(
              column.title,
              metric || !isText ? 'Click to sort.' : 'Click to sort by length.',
            )}
            onClick={() =>
              controls.setSort(
                sortId === 'position'
                  ? { column: 'position', descending: sorted && !state.sort.descending }
                  : nextSort(state.sort, sortId),
              )
            }
          >
            <span className={classes.headLabel}>{column.label}</span>
            <SortIcon sort={state.sort} id={sortId} />
          </UnstyledButton>
        ) : (
          <div className={classes.headButton} title={column.title}>
            {column.label}
          </div>
        )}
        {column.id === 'row' || !heads.canMove ? null : (
          <UnstyledButton
            className={classes.pin}
            aria-pressed={left !== undefined}
            aria-label={`Pin the column ${column.label} to the left`}
            title="Pin to the left (p)"
            onClick={() => heads.pin(column.id)}
          >
            {left === undefined ? <IconPin size={12} /> : <IconPinFilled size={12} />}
          </UnstyledButton>
        )}
        {isText ? (
          <UnstyledButton
            className={classes.unit}
            title="Sort by the alphabet: case and accents do not count, numbers by their value, Chinese characters by pinyin and after other letters"
            onClick={() =>
              controls.setSort({
                column: column.id,
                descending: state.sort.column === column.id && !state.sort.descending,
              })
            }
          >
            {state.sort.column === column.id && state.sort.descending ? 'Z to A' : 'A to Z'}
            <SortIcon sort={state.sort} id={column.id} />
          </UnstyledButton>
        ) : null}
        {metric ? (
          <UnstyledButton
            className={classes.unit}
            title={sentences(metric.directionMeans || 'No direction', 'Open the run details.')}
            aria-label={`Run details of ${metric.label}`}
            onClick={() => props.onCard(column.id)}
          >
            {ARROW[metric.direction]}
            {subtitle(metric)}
          </UnstyledButton>
        ) : null}
      </div>
      {metric && hasHistogram(metric) ? (
        <HeaderHistogram
          column={metric}
          data={props.histogram}
          range={range}
          onRange={(next) =>
            controls.setRange(column.id, next ? { ...next, missing: false } : null)
          }
        />
      ) : null}
      <div
        className={classes.resizer}
        onMouseDown={props.onResizeStart}
        onTouchStart={props.onResizeStart}
        onDoubleClick={props.onResizeReset}
        {...(props.isResizing ? { 'data-active': true } : {})}
        aria-hidden
      />
    </div>
  )
}
