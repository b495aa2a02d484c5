'use client'

import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { usePlotArea, useXAxisInverseScale, useXAxisScale } from 'recharts'
import type { DensityPrepared } from '@/lib/figures/shared/density'
import { number3 } from '@/lib/figures/shared/text'
import classes from '../figures.module.css'
import { useFigure, useInteractionDrawing, type Readout } from '../interaction'
import { INK, toneCss } from '../palette'
import { MarkedBand } from '../marked-band'
import { endsAfterKey, endsAt, useRangeMark, type RangeEnds } from '../range-mark'

interface CursorProps {
  prepared: DensityPrepared
  label: string
  /** Spells out the bin under the cursor. */
  read(bin: number): Readout
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))

const MIRRORED: Record<string, string> = { ArrowLeft: 'ArrowRight', ArrowRight: 'ArrowLeft' }

/** Returns the bin of a value on edges, the nearest one outside. */
export function binAt(edges: readonly number[], value: number): number {
  let bin = 0
  while (bin < edges.length - 2 && value >= (edges[bin + 1] as number)) bin += 1
  return bin
}

/**
 * Pointer and keys over one panel. Moving reads a bin, dragging (or Shift with the arrow keys) marks a range of whole
 * bins in every panel, Escape clears it. What moves with the pointer is drawn outside of React's rendering.
 */
export function CursorLayer({ prepared, label, read }: CursorProps) {
  const { store } = useFigure()
  const { edges, selectColumn, unitName } = prepared
  const { range, mark, release, cancel } = useRangeMark(unitName === 'rows' ? selectColumn : null)
  const ends = useRef<RangeEnds | null>(null)
  // Where the panel stands while it is dragged over: asking for it again would lay out the page in every frame.
  const held = useRef<DOMRect | null>(null)
  const line = useRef<SVGPathElement>(null)
  const slider = useRef<SVGRectElement>(null)
  const area = usePlotArea()
  const scale = useXAxisScale()
  const invert = useXAxisInverseScale()
  const edge = (i: number) => edges[i] as number
  useInteractionDrawing(({ at, range: marked }) => {
    const x = at === null ? undefined : scale?.(at)
    const { y = 0, height = 0 } = area ?? {}
    line.current?.setAttribute('d', x === undefined ? '' : `M${x} ${y}v${height}`)
    const here = at ?? edge(0)
    slider.current?.setAttribute('aria-valuenow', String(here))
    const text = marked ? `, marked ${marked.map(number3).join(' to ')}` : ''
    slider.current?.setAttribute('aria-valuetext', `${number3(here)}${text}`)
  })
  if (!area || !scale || !invert) return null

  const point = (bin: number) =>
    store.set({ at: (edge(bin) + edge(bin + 1)) / 2, readout: read(bin) })
  const markBins = (next: RangeEnds) => {
    ends.current = next
    mark([edge(Math.min(...next)), edge(Math.max(...next) + 1)])
  }
  const letGo = () => {
    ends.current = null
    held.current = null
    release()
  }
  const binOf = (event: PointerEvent<SVGRectElement>) => {
    const box = held.current ?? event.currentTarget.getBoundingClientRect()
    const share = clamp((event.clientX - box.left) / box.width, 0, 1)
    return binAt(edges, Number(invert(area.x + share * area.width)))
  }
  const leave = () => store.set({ at: null, readout: null })

  const onKeyDown = (event: KeyboardEvent<SVGRectElement>) => {
    if (event.key === 'Escape') {
      ends.current = null
      cancel()
      return
    }
    const key = prepared.reversed ? (MIRRORED[event.key] ?? event.key) : event.key
    const { at } = store.get()
    const here = binAt(edges, at ?? edge(Math.floor((edges.length - 1) / 2)))
    const marked = range()
    const from = event.shiftKey
      ? (ends.current ??
        endsAt(
          here,
          marked && [binAt(edges, marked[0]), edges.findLastIndex((one) => one < marked[1])],
        ))
      : endsAt(here, null)
    const next =
      event.shiftKey || key in MIRRORED ? endsAfterKey(key, from, edges.length - 2) : null
    if (!next) return
    event.preventDefault()
    point(next[1])
    if (event.shiftKey) markBins(next)
  }
  const onKeyUp = (event: KeyboardEvent<SVGRectElement>) => {
    if (event.key === 'Shift' && ends.current !== null) letGo()
  }

  return (
    <>
      <MarkedBand place={([from, to]) => [Number(scale(from)), Number(scale(to))]} />
      <g data-figure-skip>
        <path ref={line} stroke={toneCss(INK.axis)} strokeDasharray="2 2" />
        <rect
          ref={slider}
          className={classes.cursorLayer}
          x={area.x}
          y={area.y}
          width={area.width}
          height={area.height}
          fill="transparent"
          role="slider"
          aria-label={label}
          aria-orientation="horizontal"
          aria-valuemin={edge(0)}
          aria-valuemax={edge(edges.length - 1)}
          aria-valuenow={edge(0)}
          tabIndex={0}
          onKeyDown={onKeyDown}
          onKeyUp={onKeyUp}
          onBlur={leave}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId)
            held.current = event.currentTarget.getBoundingClientRect()
            const bin = binOf(event)
            ends.current = [bin, bin]
            store.set({ range: null })
          }}
          onPointerMove={(event) => {
            const bin = binOf(event)
            point(bin)
            const [anchor, moving] = ends.current ?? [bin, bin]
            if (event.buttons === 1 && (bin !== anchor || moving !== anchor))
              markBins([anchor, bin])
          }}
          // The chart around would measure itself on each move, for a tooltip that it does not have.
          onMouseMove={(event) => event.stopPropagation()}
          onPointerUp={letGo}
          onPointerCancel={letGo}
          onPointerLeave={leave}
        />
      </g>
    </>
  )
}
