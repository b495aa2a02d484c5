'use client'

import { Button, CloseButton } from '@mantine/core'
import { useWindowEvent } from '@mantine/hooks'
import type { PointAxis, PointsPrepared } from '@/lib/figures/shared/points'
import { axesIn, panelName, panelSelection, valueAt } from '@/lib/figures/shared/points-text'
import { short3 } from '@/lib/figures/shared/text'
import classes from '../figures.module.css'
import { useFigure, useInteraction } from '../interaction'

function rangeText({ label }: PointAxis, [from, to]: readonly [number, number]): string {
  return `${label} ${short3(from)} to ${short3(to)}`
}

/** The marked rectangle: both ranges, and links to its rows in its panel or in all. */
export function BoxBar({ prepared }: { prepared: PointsPrepared }) {
  const { store, onSelect } = useFigure()
  const marked = useInteraction((state) => state.box)
  useWindowEvent('keydown', (event) => {
    if (event.key === 'Escape') store.set({ box: null })
  })
  const panel = prepared.panels.find((one) => `${one.row}/${one.column}` === marked?.panel)
  if (!marked || !panel) return null
  const { x, y } = axesIn(prepared, panel)
  const between = (axis: PointAxis, [from, to]: readonly [number, number]) =>
    [valueAt(axis, from), valueAt(axis, to)] as const
  const box = { x: between(x, marked.shares.x), y: between(y, marked.shares.y) }
  return (
    <div className={classes.readout} role="group" aria-label="Marked rectangle">
      <strong>{`${rangeText(x, box.x)}, ${rangeText(y, box.y)}`}</strong>
      {onSelect ? (
        <>
          <span className={classes.readoutItem}>
            {panelName(prepared, panel) || 'All rows'}
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => onSelect(panelSelection(prepared, panel, box))}
            >
              Show rows
            </Button>
          </span>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => onSelect(panelSelection(prepared, null, box))}
          >
            Show all
          </Button>
        </>
      ) : null}
      <CloseButton
        size="xs"
        aria-label="Clear the rectangle"
        onClick={() => store.set({ box: null })}
      />
    </div>
  )
}
