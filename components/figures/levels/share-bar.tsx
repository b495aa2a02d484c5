'use client'

import { useYAxisScale, type BarShapeProps } from 'recharts'
import type { LevelShare } from '@/lib/figures/shared/levels'
import type { ArmMark } from '@/lib/figures/types'
import classes from '../figures.module.css'
import { patternId } from '../marks'
import { armCss, INK, toneCss } from '../palette'

interface ShareBarProps {
  box: BarShapeProps
  arm: ArmMark
  prefix: string
  share: LevelShare
  published: LevelShare | null
  isNone: boolean
  partial: boolean
  intervals: boolean
  onSelect: (() => void) | null
}

/** One bar: own share with its interval, behind it the published share as an outline. */
export function ShareBar(props: ShareBarProps) {
  const { box, arm, prefix, share, published, isNone, partial, intervals, onSelect } = props
  const scale = useYAxisScale()
  const zero = scale?.(0)
  const top = scale?.(share.percent)
  if (scale === undefined || zero === undefined || top === undefined) return null
  const { x, width } = box
  const middle = x + width / 2
  const color = armCss(arm.colorIndex)
  const fill = isNone ? `${prefix}-none` : patternId(prefix, arm, partial)
  const low = scale(share.low)
  const high = scale(share.high)
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
      {intervals && share.count > 0 && low !== undefined && high !== undefined ? (
        <path
          d={`M${middle} ${low}V${high}`}
          stroke={toneCss(INK.text)}
          strokeWidth="1"
          fill="none"
        />
      ) : null}
    </g>
  )
}
