'use client'

import { useCallback, useRef } from 'react'
import { useXAxisScale, useYAxisScale } from 'recharts'
import { pointKey, type LinePoint } from '@/lib/figures/shared/lines'
import type { ArmMark } from '@/lib/figures/types'
import { standBack, useBrushPreview, type BrushedCounts } from '../brush'
import classes from '../figures.module.css'
import { MarkerShape } from '../marks'
import { armCss, armDash, INK, toneCss } from '../palette'

// Arms stand a few pixels apart so that their intervals do not cover each other.
const SPREAD_PX = 7

interface ArmLineProps {
  arm: ArmMark
  /** Place of the arm among those drawn, and their number. */
  index: number
  count: number
  points: readonly LinePoint[]
  /** Returns where a round stands on the x axis. */
  xOf(round: number): number
  /** The seeds, where the line of every arm begins. */
  start: LinePoint | null
  intervals: boolean
  /** Rounds to which no line is drawn from the one before. */
  breaks: readonly number[]
  onSelect: ((point: LinePoint) => void) | null
}

/** One arm over the rounds: dashed line, markers with intervals, hollow marks for published values. */
export function ArmLine({
  arm,
  index,
  count,
  points,
  xOf,
  start,
  intervals,
  breaks,
  onSelect,
}: ArmLineProps) {
  const x = useXAxisScale()
  const y = useYAxisScale()
  const full = useRef<SVGGElement>(null)
  const marked = useRef<SVGPathElement>(null)
  const shift = (index - (count - 1) / 2) * SPREAD_PX
  const show = useCallback(
    (counts: BrushedCounts | null) => {
      standBack(full.current, counts !== null)
      const means = points.flatMap((point) => {
        const [n = 0, sum = 0] = counts?.of(pointKey(point)) ?? []
        const at = { left: x?.(xOf(point.round)), top: y?.(sum / n) }
        return n > 0 && at.left !== undefined && at.top !== undefined
          ? [{ left: at.left + shift, top: at.top }]
          : []
      })
      const line = means.map(({ left, top }, i) => `${i === 0 ? 'M' : 'L'}${left} ${top}`).join('')
      const crosses = means.map(({ left, top }) => `M${left - 4} ${top}h8M${left} ${top - 4}v8`)
      marked.current?.setAttribute('d', line + crosses.join(''))
    },
    [points, x, y, xOf, shift],
  )
  useBrushPreview(show, full)
  if (!x || !y) return null
  const color = armCss(arm.colorIndex)
  const place = (point: LinePoint, value: number) => {
    const left = x(xOf(point.round))
    const top = y(value)
    return left === undefined || top === undefined ? null : { left: left + shift, top }
  }
  const valued = points.flatMap((point) => {
    const at = point.value === null ? null : place(point, point.value)
    return at ? [{ point, ...at }] : []
  })
  const published = points.flatMap((point) => {
    const at = point.published === null ? null : place(point, point.published)
    return at ? [{ point, ...at }] : []
  })
  const from =
    start && start.value !== null && start.arm !== arm.key
      ? { left: x(xOf(start.round)), top: y(start.value) }
      : null
  const isBroken = (before: number, after: number) =>
    breaks.some((at) => before < at && at <= after)
  const path = [
    ...(from ? [{ ...from, round: start?.round ?? 0 }] : []),
    // Without any value of its own the line follows the published ones.
    ...(valued.length > 0 ? valued : published)
      .filter(({ point }) => !point.isApart)
      .map(({ point, left, top }) => ({ left, top, round: point.round })),
  ]
    .map(({ left, top, round }, i, all) => {
      const before = all[i - 1]
      return `${!before || isBroken(before.round, round) ? 'M' : 'L'}${left} ${top}`
    })
    .join('')
  return (
    <g>
      <path
        ref={marked}
        data-brushed={arm.key}
        data-figure-skip
        pointerEvents="none"
        fill="none"
        stroke={color}
        strokeWidth="2"
      />
      <g ref={full}>
        <path
          d={path}
          fill="none"
          stroke={color}
          strokeWidth="2"
          strokeDasharray={armDash(arm.colorIndex) || undefined}
        />
        {published.map(({ point, left, top }) => (
          <g key={`paper-${point.round}`} stroke={toneCss(INK.text)}>
            <MarkerShape x={left} y={top} colorIndex={arm.colorIndex} hollow r={5} />
            <path d={`M${left - 8} ${top}h16`} strokeWidth="1.2" />
          </g>
        ))}
        {valued.map(({ point, left, top }, nth) => {
          const low = point.low === null ? undefined : y(point.low)
          const high = point.high === null ? undefined : y(point.high)
          const select = onSelect ? () => onSelect(point) : undefined
          return (
            <g
              key={nth}
              onClick={select}
              className={select ? classes.clickable : undefined}
              opacity={point.partial ? 0.6 : 1}
            >
              {select ? (
                <rect x={left - 9} y={top - 9} width="18" height="18" fill="transparent" />
              ) : null}
              {intervals && low !== undefined && high !== undefined ? (
                <path d={`M${left} ${low}V${high}`} stroke={color} strokeWidth="1.5" fill="none" />
              ) : null}
              <MarkerShape x={left} y={top} colorIndex={arm.colorIndex} hollow={point.partial} />
            </g>
          )
        })}
      </g>
    </g>
  )
}
