'use client'

import { useCallback, useRef } from 'react'
import { usePlotArea, useXAxisScale, useYAxisScale } from 'recharts'
import type { DensityPrepared } from '@/lib/figures/shared/density'
import { groupKey } from '@/lib/figures/shared/tiles'
import type { ArmMark } from '@/lib/figures/types'
import { standBack, useBrushPreview, type BrushedCounts } from '../brush'
import { armCss } from '../palette'
import { linePath, stepPath } from './curves'

interface PreviewProps {
  prepared: Pick<DensityPrepared, 'view' | 'heights' | 'scale'>
  row: string
  column: string
  arms: readonly ArmMark[]
  children: React.ReactNode
}

/** Heights of the bars of counted rows, as the view shows them. `counts` begin and end with those off the axis. */
export function previewHeights(
  { view, heights, scale }: PreviewProps['prepared'],
  edges: readonly number[],
  counts: ArrayLike<number>,
): number[] {
  const bins = Array.from(counts).slice(1, -1)
  const inRange = bins.reduce((sum, count) => sum + count, 0)
  const n = inRange + (counts[0] ?? 0) + (counts[counts.length - 1] ?? 0)
  if (view === 'cumulative') {
    let running = counts[0] ?? 0
    return [running, ...bins.map((count) => (running += count))].map((sum) => sum / (n || 1))
  }
  if (view === 'histogram')
    return heights === 'count' ? bins : bins.map((count) => (100 * count) / (n || 1))
  const place = scale === 'log' ? Math.log10 : (value: number) => value
  return bins.map((count, b) => {
    const width = place(edges[b + 1] as number) - place(edges[b] as number)
    return count === 0 ? 0 : count / (inRange * width)
  })
}

/** The curves of a panel; while a range is marked in another figure they stand back behind bars of its rows. */
export function BrushPreview({ prepared, row, column, arms, children }: PreviewProps) {
  const x = useXAxisScale()
  const y = useYAxisScale()
  const area = usePlotArea()
  const full = useRef<SVGGElement>(null)
  const paths = useRef(new Map<string, SVGPathElement>())
  const top = area?.y ?? 0
  const show = useCallback(
    (counts: BrushedCounts | null) => {
      standBack(full.current, counts !== null)
      if (!x || !y) return
      // A bar of few rows may be higher than the axis.
      const within = (value: unknown) => Math.max(top, y(value) ?? top)
      for (const [arm, path] of paths.current) {
        const own = counts?.of(groupKey(row, column, arm))
        const heights = own && counts ? previewHeights(prepared, counts.edges, own) : []
        if (!counts || heights.length === 0) path.setAttribute('d', '')
        else if (prepared.view === 'cumulative')
          path.setAttribute('d', linePath(counts.edges, heights, x, within))
        else path.setAttribute('d', stepPath(counts.edges, heights, x, within))
      }
    },
    [x, y, top, row, column, prepared],
  )
  useBrushPreview(show, full)
  const isLine = prepared.view === 'cumulative'
  return (
    <>
      <g ref={full}>{children}</g>
      <g data-figure-skip pointerEvents="none">
        {arms.map((arm) => (
          <path
            key={arm.key}
            ref={(path) => {
              if (path) paths.current.set(arm.key, path)
              else paths.current.delete(arm.key)
            }}
            data-brushed={arm.key}
            fill={isLine ? 'none' : armCss(arm.colorIndex)}
            fillOpacity="0.3"
            stroke={armCss(arm.colorIndex)}
            strokeWidth="1.25"
          />
        ))}
      </g>
    </>
  )
}
