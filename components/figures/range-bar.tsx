'use client'

import { Button, CloseButton } from '@mantine/core'
import { useWindowEvent } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import type { PreparedCommon } from '@/lib/figures/types'
import { useBrush, type BrushedRows } from './brush'
import classes from './figures.module.css'
import { useFigure, useInteraction } from './interaction'
import { Swatch } from './marks'
import { rangeSelection } from './range-mark'

type Range = readonly [number, number]

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

interface RangeBarProps {
  prepared: Pick<PreparedCommon, 'arms'>
  /** Column that the axis stands for; null where its rows cannot be opened. */
  column: string | null
  unitName: string
  name(range: Range): string
  /** Drawn values of an arm in the range. */
  countOf(arm: string, range: Range): number
}

/** The marked range: how many values of each arm lie in it, and links to their rows. */
export function RangeBar({ prepared, column, unitName, name, countOf }: RangeBarProps) {
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
  const select = (armKey: string | null) => rangeSelection(column, range, armKey)
  return (
    <div className={classes.readout} role="group" aria-label="Marked range">
      <strong data-figure-text>{name(range)}</strong>
      <RowsInRange />
      {brush?.range && !marked ? (
        <span className={classes.count} data-figure-text>
          filters the page; this figure shows the rows outside as well
        </span>
      ) : null}
      {prepared.arms.map((arm) => (
        <span key={arm.key} className={classes.readoutItem}>
          <Swatch arm={arm} kind="bar" prefix={`${idPrefix}-range`} />
          <span data-figure-text>
            {arm.label} {countOf(arm.key, range).toLocaleString('en-US')} {unitName}
          </span>
          {onSelect && column !== null ? (
            <Button size="compact-xs" variant="default" onClick={() => onSelect(select(arm.key))}>
              Show rows
            </Button>
          ) : null}
        </span>
      ))}
      {onSelect && column !== null ? (
        <Button size="compact-xs" variant="default" onClick={() => onSelect(select(null))}>
          Show all
        </Button>
      ) : null}
      <CloseButton size="xs" aria-label="Clear the range" onClick={clear} />
    </div>
  )
}
