'use client'

import { Button, CloseButton } from '@mantine/core'
import { useWindowEvent } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import type { PreparedCommon } from '@/lib/figures/types'
import { useBrush } from './brush'
import classes from './figures.module.css'
import { useFigure, useInteraction, useInteractionDrawing } from './interaction'
import { Swatch } from './marks'
import { rangeSelection } from './range-mark'

type Range = readonly [number, number]

const inDigits = (count: number) => count.toLocaleString('en-US')

/** Live count of the rows in the range that is being marked. */
function RowsInRange() {
  const brush = useBrush()
  const store = brush?.store
  const count = useRef<HTMLSpanElement>(null)
  useEffect(
    () =>
      store?.onRows((rows) => {
        const { current } = count
        if (!current) return
        current.hidden = rows === null
        current.textContent = rows && `${inDigits(rows.n)} of ${inDigits(rows.of)} rows`
      }),
    [store],
  )
  return <span ref={count} className={classes.count} hidden />
}

/** What is said of the range, again with each step of the mark, outside of React's rendering. */
function RangeText({ kept, of }: { kept: Range | null; of(range: Range): string }) {
  const text = useRef<HTMLSpanElement>(null)
  useInteractionDrawing(({ range: marked }) => {
    const range = marked ?? kept
    if (text.current && range) text.current.textContent = of(range)
  })
  return <span ref={text} data-figure-text />
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
  const isMarked = useInteraction(({ range }) => range !== null)
  const kept = brush?.range ?? null
  const isShown = isMarked || kept !== null
  const clear = () => {
    store.set({ range: null })
    brush?.clear()
  }
  useWindowEvent('keydown', (event) => {
    if (event.key === 'Escape' && isShown && !event.defaultPrevented) clear()
  })
  const open = (armKey: string | null) => {
    const range = store.get().range ?? kept
    if (range) onSelect?.(rangeSelection(column, range, armKey))
  }
  // Stays, so that a screen reader tells of the change.
  const told = (
    <span className={classes.hiddenText} role="status">
      {kept && !isMarked ? `${name(kept)} filters the page.` : ''}
    </span>
  )
  if (!isShown) return told
  return (
    <>
      {told}
      <div className={classes.readout} role="group" aria-label="Marked range">
        <strong>
          <RangeText kept={kept} of={name} />
        </strong>
        <RowsInRange />
        {kept && !isMarked ? (
          <span className={classes.count} data-figure-text>
            filters the page; this figure shows the rows outside as well
          </span>
        ) : null}
        {prepared.arms.map((arm) => (
          <span key={arm.key} className={classes.readoutItem}>
            <Swatch arm={arm} kind="bar" prefix={`${idPrefix}-range`} />
            <RangeText
              kept={kept}
              of={(range) => `${arm.label} ${inDigits(countOf(arm.key, range))} ${unitName}`}
            />
            {onSelect && column !== null ? (
              <Button size="compact-xs" variant="default" onClick={() => open(arm.key)}>
                Show rows
              </Button>
            ) : null}
          </span>
        ))}
        {onSelect && column !== null ? (
          <Button size="compact-xs" variant="default" onClick={() => open(null)}>
            Show all
          </Button>
        ) : null}
        <CloseButton size="xs" aria-label="Clear the range" onClick={clear} />
      </div>
    </>
  )
}
