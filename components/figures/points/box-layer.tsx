'use client'

import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import type { PointPanel, PointsPrepared } from '@/lib/figures/shared/points'
import { axesIn, valueAt } from '@/lib/figures/shared/points-text'
import { short3 } from '@/lib/figures/shared/text'
import classes from '../figures.module.css'
import { useFigure, useInteraction, type Readout } from '../interaction'
import { INK, toneCss } from '../palette'

/** Place of the plot in its panel, in pixels. */
export interface Frame {
  left: number
  top: number
  width: number
  height: number
}

interface BoxLayerProps {
  prepared: PointsPrepared
  panel: PointPanel
  frame: Frame
  title: string
}

// A step of the arrow keys, as a share of an axis.
const KEY_STEPS = 20
// A press that moves less than this is no rectangle.
const SMALLEST = 0.01

const within = (share: number) => Math.min(1, Math.max(0, share))

type Place = readonly [number, number]

/**
 * Pointer and keys over one panel. Moving reads both values, dragging (or Shift with the arrow keys) marks a rectangle,
 * Escape clears it.
 */
export function BoxLayer({ prepared, panel, frame, title }: BoxLayerProps) {
  const { store } = useFigure()
  const box = useInteraction((state) => state.box)
  const anchor = useRef<Place | null>(null)
  const place = useRef<Place>([0.5, 0.5])
  const { x, y } = axesIn(prepared, panel)
  const key = `${panel.row}/${panel.column}`

  const read = ([a, b]: Place): Readout => ({
    title,
    items: [
      {
        key,
        label: `${x.label} ${short3(valueAt(x, a))}`,
        colorIndex: null,
        text: `${y.label} ${short3(valueAt(y, b))}`,
      },
    ],
  })
  const point = (at: Place) => {
    place.current = at
    store.set({ readout: read(at) })
  }
  const mark = (a: Place, b: Place) =>
    store.set({
      box: {
        panel: key,
        shares: {
          x: [Math.min(a[0], b[0]), Math.max(a[0], b[0])],
          y: [Math.min(a[1], b[1]), Math.max(a[1], b[1])],
        },
      },
    })
  const placeOf = (event: PointerEvent<SVGRectElement>): Place => {
    const area = event.currentTarget.getBoundingClientRect()
    return [
      within((event.clientX - area.left) / area.width),
      within(1 - (event.clientY - area.top) / area.height),
    ]
  }
  const onKeyDown = (event: KeyboardEvent<SVGRectElement>) => {
    if (event.key === 'Escape') {
      anchor.current = null
      store.set({ box: null })
      return
    }
    const step = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowDown: [0, -1],
      ArrowUp: [0, 1],
    }[event.key]
    if (!step) return
    event.preventDefault()
    const [a, b] = place.current
    if (event.shiftKey) anchor.current ??= place.current
    else anchor.current = null
    point([
      within(a + (step[0] as number) / KEY_STEPS),
      within(b + (step[1] as number) / KEY_STEPS),
    ])
    if (anchor.current) mark(anchor.current, place.current)
  }
  const marked = box?.panel === key ? box.shares : null
  return (
    <g data-figure-skip>
      {marked ? (
        <rect
          x={frame.left + marked.x[0] * frame.width}
          y={frame.top + (1 - marked.y[1]) * frame.height}
          width={(marked.x[1] - marked.x[0]) * frame.width}
          height={(marked.y[1] - marked.y[0]) * frame.height}
          fill={toneCss(INK.dim)}
          fillOpacity="0.18"
          stroke={toneCss(INK.text)}
        />
      ) : null}
      <rect
        className={classes.cursorLayer}
        x={frame.left}
        y={frame.top}
        width={frame.width}
        height={frame.height}
        fill="transparent"
        role="application"
        aria-label={`${title}: arrow keys read both values, Shift marks a rectangle`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onBlur={() => store.set({ readout: null })}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          anchor.current = placeOf(event)
          store.set({ box: null })
        }}
        onPointerMove={(event) => {
          const at = placeOf(event)
          point(at)
          const from = anchor.current
          if (event.buttons !== 1 || !from) return
          if (Math.hypot(at[0] - from[0], at[1] - from[1]) > SMALLEST) mark(from, at)
        }}
        onPointerUp={() => {
          anchor.current = null
        }}
        onPointerLeave={() => store.set({ readout: null })}
      />
    </g>
  )
}
