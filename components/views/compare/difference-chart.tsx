'use client'

import {
  Bar,
  BarChart,
  CartesianGrid,
  Cell,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import type { CompareMetric } from '@/lib/contracts/compare'
import { formatCount, formatMetric } from '@/lib/contracts/format'
import { armCss } from '@/components/figures/palette'
import { formatDifference } from './format'
import classes from './compare.module.css'

interface DifferenceChartProps {
  metric: CompareMetric
  colorA: number | null
  colorB: number | null
}

interface Bin {
  middle: number
  low: number
  high: number
  count: number
}

function BinTip({ bin }: { bin: Bin }) {
  return (
    <div className={`ev-panel ${classes.tip}`}>
      {formatCount(bin.count)} pairs with A − B from {formatMetric(bin.low)} to{' '}
      {formatMetric(bin.high)}
    </div>
  )
}

/** Distribution of the differences; bars left of 0 are pairs in which B is higher. */
export function DifferenceChart({ metric, colorA, colorB }: DifferenceChartProps) {
  const paired = metric.paired
  const histogram = paired?.histogram
  if (!paired || !histogram) return null
  const bins: Bin[] = histogram.counts.map((count, i) => {
    const low = histogram.edges[i] as number
    const high = histogram.edges[i + 1] as number
    return { low, high, middle: (low + high) / 2, count }
  })
  const reach = histogram.edges.at(-1) as number
  const reading = `A is higher in ${formatCount(paired.aHigher)} pairs, B in ${formatCount(paired.bHigher)}, equal in ${formatCount(paired.ties)}.`
  const fill = (bin: Bin) => {
    if (bin.low < 0 && bin.high > 0) return armCss(null)
    return armCss(bin.middle > 0 ? colorA : colorB)
  }
  return (
    <figure className={classes.figure}>
      <figcaption>
        <strong>Differences A − B{metric.unit ? ` (${metric.unit})` : ''}</strong>
        <div className="ev-dim">{reading}</div>
      </figcaption>
      <div role="img" aria-label={`Histogram of the differences in ${metric.label}. ${reading}`}>
        <ResponsiveContainer width="100%" height={168}>
          <BarChart
            data={bins}
            margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
            barCategoryGap={1}
            accessibilityLayer={false}
          >
            <CartesianGrid vertical={false} stroke="var(--ev-border)" />
            <XAxis
              dataKey="middle"
              type="number"
              domain={[-reach, reach]}
              tickFormatter={(value: number) => formatDifference(value)}
              interval="preserveStartEnd"
              tick={{ fontSize: 11, fill: 'var(--ev-dim)' }}
              stroke="var(--ev-border-strong)"
              ticks={[-reach, -reach / 2, 0, reach / 2, reach]}
            />
            <YAxis
              allowDecimals={false}
              tick={{ fontSize: 11, fill: 'var(--ev-dim)' }}
              stroke="var(--ev-border-strong)"
              width="auto"
              tickFormatter={(value: number) => formatCount(value)}
            />
            <Tooltip
              cursor={{ fill: 'var(--ev-hover)' }}
              isAnimationActive={false}
              content={({ active, payload }) => {
                const bin = active ? (payload?.[0]?.payload as Bin | undefined) : undefined
                return bin ? <BinTip bin={bin} /> : null
              }}
            />
            <Bar dataKey="count" isAnimationActive={false}>
              {bins.map((bin) => (
                <Cell key={bin.low} fill={fill(bin)} />
              ))}
            </Bar>
            <ReferenceLine x={0} stroke="var(--ev-text)" />
            {paired.meanDifference === null ? null : (
              <ReferenceLine
                x={paired.meanDifference}
                stroke="var(--ev-text)"
                strokeDasharray="4 3"
              />
            )}
          </BarChart>
        </ResponsiveContainer>
      </div>
      <div className={classes.legend}>
        <span>← B higher</span>
        <span>dashed: mean difference</span>
        <span>A higher →</span>
      </div>
    </figure>
  )
}
