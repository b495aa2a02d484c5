'use client'

import { Button, CloseButton } from '@mantine/core'
import { useWindowEvent } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import type { DensityPrepared } from '@/lib/figures/shared/density'
import type { ArmMark, FigureSelection } from '@/lib/figures/types'
import { filterEdge } from '@/lib/figures/shared/tiles'
import { useBrush, type BrushedRows } from '../brush'
import classes from '../figures.module.css'
import { useFigure, useInteraction } from '../interaction'
import { Swatch } from '../marks'

const short = (value: number) => String(Number(value.toPrecision(3)))

/** Returns the rows whose value lies in a range of the axis. */
export function rangeSelection(
  column: string | null,
  range: readonly [number, number],
  armKey: string | null,
): FigureSelection {
  const [min, max] = [filterEdge(range[0]), filterEdge(range[1])]
  return { column, min, max, seedSetKey: null, armKey, round: null }
}

/** Live count of the rows in the range that is being marked. */
function RowsInRange() {
  const brush = useBrush()
  const store = brush?.store
  const [rows, setRows] = useState<BrushedRows | null>(null)
  useEffect(() => store?.onRows(setRows), [store])
  if (!rows) return null
  return (
    <span className={classes.count}>
      {rows.n.toLocaleString('en-US')} of {rows.of.toLocaleString('en-US')} rows
    </span>
  )
}

interface Hit {
  arm: ArmMark
  count: number
}

function hitsOf(prepared: DensityPrepared, range: readonly [number, number]): Hit[] {
  const inside = prepared.edges.flatMap((edge, b) =>
    b < prepared.edges.length - 1 && edge >= range[0] && edge < range[1] ? [b] : [],
  )
  return prepared.arms.map((arm) => {
    const curves = prepared.cells.flatMap((cell) => cell.curves.filter((c) => c.arm === arm.key))
    const count = curves.reduce(
      (sum, curve) => sum + inside.reduce((rows, b) => rows + (curve.counts[b] ?? 0), 0),
      0,
    )
    return { arm, count }
  })
}

/** The marked range: how many values of each arm lie in it, and links to their rows. */
export function RangeBar({ prepared }: { prepared: DensityPrepared }) {
  const { store, onSelect, idPrefix } = useFigure()
  const brush = useBrush()
  const marked = useInteraction('range')
  const range = marked ?? brush?.range ?? null
  const clear = () => {
    store.set({ range: null })
    brush?.clear()
  }
  useWindowEvent('keydown', (event) => {
    if (event.key === 'Escape' && range && !event.defaultPrevented) clear()
  })
  if (!range) return null
  const { selectColumn } = prepared
  const select = (armKey: string | null) => rangeSelection(selectColumn, range, armKey)
  return (
    <div className={classes.readout} role="group" aria-label="Marked range">
      <strong>
        {short(range[0])} to {short(range[1])}
      </strong>
      <RowsInRange />
      {brush?.range && !marked ? (
        <span className={classes.count}>
          filters the page; this figure shows the rows outside as well
        </span>
      ) : null}
      {hitsOf(prepared, range).map(({ arm, count }) => (
        <span key={arm.key} className={classes.readoutItem}>
          <Swatch arm={arm} kind="bar" prefix={`${idPrefix}-range`} />
          {arm.label} {count.toLocaleString('en-US')} {prepared.unitName}
          {onSelect && selectColumn ? (
            <Button size="compact-xs" variant="default" onClick={() => onSelect(select(arm.key))}>
              Show rows
            </Button>
          ) : null}
        </span>
      ))}
      {onSelect && selectColumn ? (
        <Button size="compact-xs" variant="default" onClick={() => onSelect(select(null))}>
          Show all
        </Button>
      ) : null}
      <CloseButton size="xs" aria-label="Clear the range" onClick={clear} />
    </div>
  )
}
