'use client'

import { Button, CloseButton } from '@mantine/core'
import { useWindowEvent } from '@mantine/hooks'
import type { DensityPrepared } from '@/lib/figures/shared/density'
import type { ArmMark, FigureSelection } from '@/lib/figures/types'
import classes from '../figures.module.css'
import { useFigure, useInteraction } from '../interaction'
import { Swatch } from '../marks'

const short = (value: number) => String(Number(value.toPrecision(3)))

// Edges are sums of floats such as 0.15000000000000002; twelve digits keep the address readable.
const plain = (value: number) => Number(value.toPrecision(12))

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
  const range = useInteraction('range')
  useWindowEvent('keydown', (event) => {
    if (event.key === 'Escape') store.set({ range: null })
  })
  if (!range) return null
  const { selectColumn } = prepared
  const select = (armKey: string | null): FigureSelection => ({
    column: selectColumn,
    min: plain(range[0]),
    max: plain(range[1]),
    seedSetKey: null,
    armKey,
    round: null,
  })
  return (
    <div className={classes.readout} role="group" aria-label="Marked range">
      <strong>
        {short(range[0])} to {short(range[1])}
      </strong>
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
      <CloseButton
        size="xs"
        aria-label="Clear the range"
        onClick={() => store.set({ range: null })}
      />
    </div>
  )
}
