'use client'

import { useEffect } from 'react'
import { useActiveTooltipLabel, useIsTooltipActive, usePlotArea, useYAxisScale } from 'recharts'
import { fitting } from './fitting'
import { useFigure, type Readout } from './interaction'
import { INK, toneCss } from './palette'

const TICK_PX = 11

/** Look of every axis. */
export const AXIS_STYLE = {
  stroke: toneCss(INK.axis),
  tick: { fill: toneCss(INK.dim), fontSize: TICK_PX },
  tickLine: false,
} as const

/** Horizontal grid lines; unlike the library's own they stay where an axis hides its labels. */
export function GridLines({ at }: { at: readonly number[] }) {
  const area = usePlotArea()
  const scale = useYAxisScale()
  if (!area || !scale) return null
  return (
    <g stroke={toneCss(INK.grid)}>
      {at.map((value) => {
        const y = scale(value)
        return y === undefined ? null : (
          <path key={value} d={`M${area.x} ${y.toFixed(1)}h${area.width}`} />
        )
      })}
    </g>
  )
}

/** A line at zero, for differences. */
export function ZeroLine() {
  const area = usePlotArea()
  const scale = useYAxisScale()
  const y = scale?.(0)
  return area && y !== undefined ? (
    <path d={`M${area.x} ${y.toFixed(1)}h${area.width}`} stroke={toneCss(INK.text)} />
  ) : null
}

/** Cursor band of bar charts and cursor line of line charts. */
export const CURSOR_STYLE = {
  fill: toneCss(INK.grid),
  fillOpacity: 0.6,
  stroke: 'none',
} as const

interface TickProps {
  x?: number | string
  y?: number | string
  payload?: { value: unknown }
}

// Longer names would reach below the axis; the table has them in full.
const TILTED_PX = 60
const TILT_DEGREES = 28
// A pixel along a tilted label takes so much of the width.
const TILTED_WIDTH = Math.cos((TILT_DEGREES * Math.PI) / 180)

/** An axis label that stands aslant, for labels without room side by side; shortened where the panel ends to its left. */
export function TiltedTick({ x = 0, y = 0, payload }: TickProps) {
  const end = Number(x) + 4
  return (
    <text
      transform={`translate(${end} ${Number(y) + 2}) rotate(-${TILT_DEGREES})`}
      textAnchor="end"
      fill={toneCss(INK.dim)}
      fontSize={TICK_PX}
    >
      {fitting(String(payload?.value ?? ''), Math.min(TILTED_PX, end / TILTED_WIDTH))}
    </text>
  )
}

/** An axis label of several words, one below the other. */
export function StackedTick(props: TickProps) {
  const { x = 0, y = 0, payload } = props
  const words = String(payload?.value ?? '').split(' ')
  return (
    <text x={x} y={Number(y) + 4} textAnchor="middle" fill={toneCss(INK.dim)} fontSize={TICK_PX}>
      {words.map((word, i) => (
        <tspan key={`${i} ${word}`} x={x} dy={i === 0 ? '0.6em' : '1.1em'}>
          {word}
        </tspan>
      ))}
    </text>
  )
}

/** Sends what the chart's cursor points at (by pointer or arrow keys) to the line under the figure. */
export function ReportHover({ read }: { read(label: string): Readout | null }) {
  const { store } = useFigure()
  const label = useActiveTooltipLabel()
  const isActive = useIsTooltipActive()
  useEffect(() => {
    store.set({ readout: isActive && label !== undefined ? read(String(label)) : null })
  }, [store, read, label, isActive])
  return null
}

/** Returns evenly spaced ticks from 0 to at most `max`, with a step of 1, 2 or 5 times a power of ten. */
export function niceTicks(max: number, most = 5): number[] {
  if (!(max > 0)) return [0, 1]
  const raw = max / most
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = ([1, 2, 5, 10].find((s) => s * power >= raw * 0.999) ?? 10) * power
  const n = Math.floor(max / step + 1e-9)
  return Array.from({ length: n + 1 }, (_, i) => Number((i * step).toPrecision(12)))
}

/** Returns the end of an axis from 0 that holds `max` with a round top tick. */
export function niceEnd(max: number, most = 5): number {
  const ticks = niceTicks(max, most)
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0)
  return Number((Math.ceil(max / step - 1e-9) * step).toPrecision(12))
}

/** Returns the ticks 1, 2 and 5 times powers of ten within [from, to], as few of them as the room asks for. */
export function logTicks(from: number, to: number, most = 6): number[] {
  const first = Math.floor(Math.log10(from))
  const decades = Math.ceil(Math.log10(to)) - first + 1
  const ticks = (steps: readonly number[], every: number) =>
    Array.from({ length: decades }, (_, d) => d)
      .filter((d) => (first + d) % every === 0)
      .flatMap((d) => steps.map((step) => Number(`${step}e${first + d}`)))
      .filter((tick) => tick >= from && tick <= to)
  for (const steps of [[1, 2, 5], [1, 3], [1]]) {
    const found = ticks(steps, 1)
    if (found.length <= most && found.length > 1) return found
  }
  // Within less than a factor of two or so the axis is nearly linear.
  return to < 10 * from ? ticksBetween(from, to, most) : ticks([1], Math.ceil(decades / most))
}

/** Returns round ticks within [from, to]. */
export function ticksBetween(from: number, to: number, most = 5): number[] {
  const step = niceTicks(to - from, most)[1] ?? 1
  const first = Math.ceil(from / step - 1e-9)
  const last = Math.floor(to / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  )
}
