'use client'

import { useCallback, useRef } from 'react'
import { useYAxisScale, type BarShapeProps } from 'recharts'
import type { DifficultyLevelsPrepared, LevelShare } from '@/lib/figures/shared/levels'
import type { ArmMark } from '@/lib/figures/types'
import { standBack, useBrushPreview, type BrushedCounts } from '../brush'
import classes from '../figures.module.css'
import { patternId } from '../marks'
import { armCss, INK, toneCss } from '../palette'
import { heightOf, markedHeight } from './parts'

/** Where a bar finds its counts of the rows that are marked in another figure. */
export interface BrushedLevel {
  group: string
  place: number
}

interface ShareBarProps {
  box: BarShapeProps
  arm: ArmMark
  prefix: string
  prepared: DifficultyLevelsPrepared
  share: LevelShare
  /** Rows that it is a share of. */
  asked: number
  published: LevelShare | null
  isNone: boolean
  partial: boolean
  onSelect: (() => void) | null
  /** The bar's group and its place in it, for rows that are marked in another figure. */
  brushed: BrushedLevel
}

/** One bar: own share with its interval, behind it the published share as an outline. */
export function ShareBar(props: ShareBarProps) {
  const { box, arm, prefix, prepared, share, isNone, partial, onSelect } = props
  // A published share is of another number of rows.
  const published = prepared.heights === 'count' ? null : props.published
  const own = heightOf(prepared, share, props.asked)
  const scale = useYAxisScale()
  const full = useRef<SVGGElement>(null)
  const marked = useRef<SVGRectElement>(null)
  const { group, place } = props.brushed
  const show = useCallback(
    (counts: BrushedCounts | null) => {
      standBack(full.current, counts !== null)
      const base = scale?.(0) ?? 0
      const height = markedHeight(prepared, counts?.of(group) ?? [], place)
      // A share of few rows may be higher than the axis.
      const end = Math.max(0, scale?.(height) ?? base)
      marked.current?.setAttribute('y', String(end))
      marked.current?.setAttribute('height', String(Math.max(0, base - end)))
    },
    [scale, group, place, prepared],
  )
  useBrushPreview(show, full)
  const zero = scale?.(0)
  const top = scale?.(own.top)
  if (scale === undefined || zero === undefined || top === undefined) return null
  const { x, width } = box
  const middle = x + width / 2
  const color = armCss(arm.colorIndex)
  const fill = isNone ? `${prefix}-none` : patternId(prefix, arm, partial)
  const low = scale(own.low)
  const high = scale(own.high)
  const outline = published ? scale(published.percent) : undefined
  return (
    <g onClick={onSelect ?? undefined} className={onSelect ? classes.clickable : undefined}>
      {onSelect ? (
        <rect
          x={x}
          y={Math.min(top, zero - 14)}
          width={width}
          height={Math.max(zero - top, 14)}
          fill="transparent"
        />
      ) : null}
      <rect
        ref={marked}
        data-brushed={group}
        data-figure-skip
        pointerEvents="none"
        x={x + 0.5}
        y={zero}
        width={Math.max(0, width - 1)}
        height="0"
        fill={color}
        fillOpacity="0.6"
        stroke={color}
      />
      <g ref={full}>
        <rect
          x={x + 0.5}
          y={top}
          width={Math.max(0, width - 1)}
          height={Math.max(0, zero - top)}
          fill={`url(#${fill})`}
          stroke={isNone ? toneCss(INK.none) : color}
          strokeWidth="0.75"
        />
        {outline === undefined ? null : (
          <rect
            x={x - 1}
            y={outline}
            width={width + 2}
            height={Math.max(0, zero - outline)}
            fill="none"
            stroke={toneCss(INK.text)}
            strokeWidth="1.25"
          />
        )}
        {prepared.intervals && share.count > 0 && low !== undefined && high !== undefined ? (
          <path
            d={`M${middle} ${low}V${high}`}
            stroke={toneCss(INK.text)}
            strokeWidth="1"
            fill="none"
          />
        ) : null}
      </g>
    </g>
  )
}
