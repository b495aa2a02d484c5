'use client'

import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { usePlotArea, useXAxisInverseScale, useXAxisScale } from 'recharts'
import type { DensityPrepared } from '@/lib/figures/shared/density'
import classes from '../figures.module.css'
import { useFigure, useInteraction, type Readout } from '../interaction'
import { INK, toneCss } from '../palette'
import { MarkedBand } from '../marked-band'
import { useRangeMark } from '../range-mark'

interface CursorProps {
  prepared: DensityPrepared
  label: string
  /** Spells out the bin under the cursor. */
  read(bin: number): Readout
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))

/** Returns the bin of a value on edges, the nearest one outside. */
export function binAt(edges: readonly number[], value: number): number {
  let bin = 0
  while (bin < edges.length - 2 && value >= (edges[bin + 1] as number)) bin += 1
  return bin
}

/**
 * Pointer and keys over one panel. Moving reads a bin, dragging (or Shift with the arrow keys) marks a range of whole
 * bins in every panel, Escape clears it.
 */
export function CursorLayer({ prepared, label, read }: CursorProps) {
  const { store } = useFigure()
  const at = useInteraction('at')
  const { edges, selectColumn, unitName } = prepared
  const { range, mark, release, cancel } = useRangeMark(unitName === 'rows' ? selectColumn : null)
  const anchor = useRef<number | null>(null)
  const area = usePlotArea()
  const scale = useXAxisScale()
  const invert = useXAxisInverseScale()
  if (!area || !scale || !invert) return null
  const edge = (i: number) => edges[i] as number

  const point = (bin: number) =>
    store.set({ at: (edge(bin) + edge(bin + 1)) / 2, readout: read(bin) })
  const markBins = (a: number, b: number) => mark([edge(Math.min(a, b)), edge(Math.max(a, b) + 1)])
  const letGo = () => {
    anchor.current = null
    release()
  }
  const binOf = (event: PointerEvent<SVGRectElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const share = clamp((event.clientX - box.left) / box.width, 0, 1)
    return binAt(edges, Number(invert(area.x + share * area.width)))
  }
  const leave = () => store.set({ at: null, readout: null })

  const onKeyDown = (event: KeyboardEvent<SVGRectElement>) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (event.key === 'Escape') {
      anchor.current = null
      cancel()
      return
    }
    if (step === undefined) return
    event.preventDefault()
    const here = binAt(edges, at ?? edge(Math.floor((edges.length - 1) / 2)))
    const next = clamp(here + (prepared.reversed ? -step : step), 0, edges.length - 2)
    point(next)
    if (!event.shiftKey) return
    anchor.current ??= here
    markBins(anchor.current, next)
  }
  const onKeyUp = (event: KeyboardEvent<SVGRectElement>) => {
    if (event.key === 'Shift' && anchor.current !== null) letGo()
  }

  const span = range ? [scale(range[0]), scale(range[1])].map(Number) : null
  const x = at === null ? undefined : scale(at)
  return (
    <>
      {span ? <MarkedBand from={Math.min(...span)} to={Math.max(...span)} /> : null}
      <g data-figure-skip>
        {x === undefined ? null : (
          <path
            d={`M${x} ${area.y}v${area.height}`}
            stroke={toneCss(INK.axis)}
            strokeDasharray="2 2"
          />
        )}
        <rect
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
          aria-valuenow={at ?? edge(0)}
          tabIndex={0}
          onKeyDown={onKeyDown}
          onKeyUp={onKeyUp}
          onBlur={leave}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId)
            anchor.current = binOf(event)
            store.set({ range: null })
          }}
          onPointerMove={(event) => {
            const bin = binOf(event)
            point(bin)
            if (event.buttons === 1 && anchor.current !== null && bin !== anchor.current) {
              markBins(anchor.current, bin)
            }
          }}
          onPointerUp={letGo}
          onPointerCancel={letGo}
          onPointerLeave={leave}
        />
      </g>
    </>
  )
}
