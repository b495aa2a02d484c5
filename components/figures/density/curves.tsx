'use client'

import { usePlotArea, useXAxisScale, useYAxisScale } from 'recharts'
import type { DensityCurve, DensityPrepared } from '@/lib/figures/shared/density'
import type { ArmMark } from '@/lib/figures/types'
import { useFigure } from '../interaction'
import { MarkerShape, patternId } from '../marks'
import { armCss, armDash, INK, toneCss } from '../palette'

// Below the axis line, clear of it and of the tick labels.
const MEDIAN_PX = 5

type Scale = (value: unknown) => number | undefined

const fixed = (value: number | undefined) => (value ?? 0).toFixed(1)

/** Returns the outline of a histogram as an SVG path, closed along the axis. */
export function stepPath(
  edges: readonly number[],
  heights: readonly number[],
  x: Scale,
  y: Scale,
): string {
  const base = fixed(y(0))
  const steps = heights.map((height, b) => `V${fixed(y(height))}H${fixed(x(edges[b + 1]))}`)
  return `M${fixed(x(edges[0]))} ${base}${steps.join('')}V${base}Z`
}

/** Returns a line through (xs, ys) as an SVG path. */
export function linePath(xs: readonly number[], ys: readonly number[], x: Scale, y: Scale): string {
  return ys
    .map((height, i) => `${i === 0 ? 'M' : 'L'}${fixed(x(xs[i]))} ${fixed(y(height))}`)
    .join('')
}

function gridOf({ grid, scale }: DensityPrepared): number[] {
  const { from, to, points } = grid
  const at = (i: number) => i / (points - 1)
  return Array.from({ length: points }, (_, i) =>
    scale === 'log' ? from * (to / from) ** at(i) : from + (to - from) * at(i),
  )
}

/** Returns the heights of a curve's bars in the units of the y axis. */
export function barHeights({ view, heights }: DensityPrepared, curve: DensityCurve): number[] {
  if (view !== 'histogram') return curve.density
  return heights === 'count' ? curve.counts : curve.counts.map((c) => (100 * c) / curve.n)
}

interface CurvesProps {
  prepared: DensityPrepared
  curves: readonly { curve: DensityCurve; arm: ArmMark }[]
}

/** Histograms behind (hatched while partial), smooth curves in front, and a mark at each median. */
export function Curves({ prepared, curves, prefix }: CurvesProps & { prefix: string }) {
  const x = useXAxisScale()
  const y = useYAxisScale()
  const area = usePlotArea()
  const { patterns } = useFigure()
  if (!x || !y || !area) return null
  const { edges, bars, view } = prepared
  const isCumulative = view === 'cumulative'
  const grid = gridOf(prepared)
  const bottom = area.y + area.height
  return (
    <g>
      {bars && !isCumulative
        ? curves.map(({ curve, arm }) =>
            curve.n > 0 ? (
              <path
                key={`bars-${arm.key}`}
                d={stepPath(edges, barHeights(prepared, curve), x, y)}
                fill={
                  curve.partial || patterns
                    ? `url(#${patternId(prefix, arm, curve.partial)})`
                    : armCss(arm.colorIndex)
                }
                fillOpacity={curve.partial ? 0.4 : 0.24}
                stroke={armCss(arm.colorIndex)}
                strokeOpacity="0.45"
                strokeWidth="0.75"
              />
            ) : null,
          )
        : null}
      {curves.map(({ curve, arm }) => {
        const ys = isCumulative ? curve.cumulative : curve.kde
        if (!ys || curve.n === 0 || view === 'histogram') return null
        return (
          <path
            key={`curve-${arm.key}`}
            d={linePath(isCumulative ? edges : grid, ys, x, y)}
            fill="none"
            stroke={armCss(arm.colorIndex)}
            strokeWidth="2"
            strokeDasharray={armDash(arm.colorIndex) || undefined}
          />
        )
      })}
      {curves.map(({ curve, arm }) => {
        if (curve.median === null) return null
        const at = x(curve.median)
        if (at === undefined || at < area.x || at > area.x + area.width) return null
        return (
          <g key={`median-${arm.key}`}>
            <path d={`M${fixed(at)} ${bottom}v5`} stroke={armCss(arm.colorIndex)} />
            <MarkerShape x={at} y={bottom + MEDIAN_PX} colorIndex={arm.colorIndex} r={2.8} />
          </g>
        )
      })}
    </g>
  )
}

/** Texts inside the panel: the share beyond the threshold of each arm, or why there is no curve. */
export function PanelTexts({ prepared, curves }: CurvesProps) {
  const area = usePlotArea()
  if (!area) return null
  const { threshold, view } = prepared
  const valued = curves.filter(({ curve }) => curve.n > 0)
  if (valued.length === 0) return null
  const right = area.x + area.width - 2
  const lines = valued.flatMap(({ curve, arm }) => {
    // The cumulative curve shows the share itself, and its plateau stands where the text would.
    const share =
      threshold && curve.share !== null && view === 'density'
        ? [
            {
              key: `${arm.key}-share`,
              arm,
              text: `${(100 * curve.share).toFixed(1)} % ${threshold.label}`,
            },
          ]
        : []
    const reason =
      curve.kdeMissing === 'constant' ? 'all values equal' : 'too few values for a curve'
    const missing =
      view === 'density' && curve.kdeMissing
        ? [{ key: `${arm.key}-why`, arm, text: `n ${curve.n}: ${reason}` }]
        : []
    return [...share, ...missing]
  })
  return (
    <g fontSize="10.5">
      {lines.map(({ key, arm, text }, i) => (
        <g key={key}>
          <text x={right - 9} y={area.y + 10 + 13 * i} textAnchor="end" fill={toneCss(INK.dim)}>
            {text}
          </text>
          <MarkerShape x={right - 2.5} y={area.y + 6 + 13 * i} colorIndex={arm.colorIndex} r={3} />
        </g>
      ))}
    </g>
  )
}
