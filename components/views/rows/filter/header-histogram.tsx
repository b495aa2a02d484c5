'use client'

import type { PointerEvent } from 'react'
import { useRef, useState } from 'react'
import { formatCount, formatMetric } from '@/lib/contracts/format'
import type { ColumnHistogram } from '@/lib/contracts/rows'
import type { ColumnInfo } from '@/lib/contracts/study'
import classes from '../rows.module.css'

const HEIGHT = 40
// In units of the drawing, which is stretched to the width of the column.
const WIDTH = 100
// A shorter drag is a click, which clears the range.
const MIN_DRAG = 2

interface Range {
  min: number
  max: number
}

/** Value under a place in 0..1 of the width. Bins may be of any width, but all are drawn alike. */
function edgeAt(edges: readonly number[], share: number, round: 'down' | 'up'): number {
  const bins = edges.length - 1
  const position = Math.max(0, Math.min(1, share)) * bins
  const index = round === 'down' ? Math.floor(position) : Math.ceil(position)
  return edges[Math.max(0, Math.min(bins, index))] as number
}

/** The range that a drag from a to b (0..1) means; for levels the whole levels it touches. */
export function brushedRange(
  edges: readonly number[],
  a: number,
  b: number,
  isLevels: boolean,
): Range {
  const min = edgeAt(edges, Math.min(a, b), 'down')
  const max = edgeAt(edges, Math.max(a, b), 'up')
  return isLevels ? { min: Math.ceil(min), max: Math.floor(max) } : { min, max }
}

function shareOf(edges: readonly number[], value: number): number {
  const bins = edges.length - 1
  const index = edges.findIndex((edge) => edge > value)
  if (index === -1) return 1
  if (index === 0) return 0
  const low = edges[index - 1] as number
  const high = edges[index] as number
  return (index - 1 + (value - low) / (high - low)) / bins
}

function describe(column: ColumnInfo, data: ColumnHistogram): string {
  const missing = Object.values(data.missing).reduce((sum, rows) => sum + rows, 0)
  const first = formatMetric(data.edges[0])
  const last = formatMetric(data.edges.at(-1))
  return `${column.label}: ${formatCount(data.n)} values from ${first} to ${last}, ${formatCount(missing)} missing. Drag to filter.`
}

interface HeaderHistogramProps {
  column: ColumnInfo
  /** null while it is loading. */
  data: ColumnHistogram | null
  range: { min: number | null; max: number | null } | null
  onRange(range: Range | null): void
}

/** Distribution of one column over the filtered rows; dragging over it filters, a click clears. */
export function HeaderHistogram({ column, data, range, onRange }: HeaderHistogramProps) {
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
  const svg = useRef<SVGSVGElement>(null)
  if (!data || data.edges.length < 2) return <div className={classes.histogram} />

  const { edges, counts } = data
  const bins = counts.length
  const top = Math.max(1, ...counts)
  const isLevels = column.levels !== null
  const place = (event: PointerEvent) => {
    const box = (svg.current as SVGSVGElement).getBoundingClientRect()
    return (event.clientX - box.left) / box.width
  }
  const end = (event: PointerEvent) => {
    if (!drag) return
    const to = place(event)
    setDrag(null)
    const isClick = Math.abs(to - drag.from) * WIDTH < MIN_DRAG
    if (!isClick) onRange(brushedRange(edges, drag.from, to, isLevels))
    else if (isLevels && !range) onRange(brushedRange(edges, drag.from, to, true))
    else onRange(null)
  }
  const shown = drag
    ? brushedRange(edges, drag.from, drag.to, isLevels)
    : range && {
        min: range.min ?? (edges[0] as number),
        max: range.max ?? (edges.at(-1) as number),
      }
  const isIn = (bin: number) => {
    if (!shown) return true
    const middle = ((edges[bin] as number) + (edges[bin + 1] as number)) / 2
    return middle >= shown.min && middle <= shown.max
  }
  const widen = isLevels ? 0.5 : 0
  const left = shown ? shareOf(edges, shown.min - widen) * WIDTH : 0
  const right = shown ? shareOf(edges, shown.max + widen) * WIDTH : 0

  return (
    <svg
      ref={svg}
      className={classes.histogram}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={describe(column, data)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        const from = place(event)
        setDrag({ from, to: from })
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: place(event) })}
      onPointerUp={end}
      onPointerCancel={() => setDrag(null)}
    >
      <title>{describe(column, data)}</title>
      <rect width={WIDTH} height={HEIGHT} fill="transparent" />
      {shown ? (
        <rect
          x={left}
          width={Math.max(0, right - left)}
          height={HEIGHT}
          fill="var(--ev-selected)"
        />
      ) : null}
      {counts.map((count, bin) => {
        // A bin with one row must be seen beside one with a thousand.
        const height = count === 0 ? 0 : Math.max(1.5, (count / top) * (HEIGHT - 2))
        return (
          <rect
            key={bin}
            x={(bin / bins) * WIDTH}
            y={HEIGHT - height}
            width={Math.max(0.4, WIDTH / bins - 0.6)}
            height={height}
            fill={isIn(bin) ? 'var(--ev-bar-strong)' : 'var(--ev-border-strong)'}
          />
        )
      })}
    </svg>
  )
}
