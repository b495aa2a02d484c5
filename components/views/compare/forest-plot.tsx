'use client'

import { Button } from '@mantine/core'
import { useRef } from 'react'
import { saveFile } from '@/components/figures/frame/download'
import { figureToSvg } from '@/components/figures/frame/export-svg'
import { formatDifference } from './format'
import classes from './compare.module.css'

/** One line of the plot: two sides, their mean difference and its interval. */
export interface ForestLine {
  key: string
  label: string
  estimate: number
  low: number | null
  high: number | null
}

interface ForestPlotProps {
  metric: string
  unit: string
  /** Highest difference first. */
  lines: readonly ForestLine[]
  note: string
}

const WIDTH = 900
// Long names of two sides fit; what is longer is cut by the label's own ellipsis.
const LABEL_WIDTH = 440
const LABEL_CHARACTERS = 68
const LINE = 24
const TOP = 8
const AXIS = 28
const SIDE = 24

/** Mean differences with their intervals on one scale around the line of no difference, to read a ranking from. */
export function ForestPlot({ metric, unit, lines, note }: ForestPlotProps) {
  const plate = useRef<HTMLDivElement>(null)
  const ends = lines.flatMap(({ estimate, low, high }) => [estimate, low ?? 0, high ?? 0])
  const reach = Math.max(...ends.map(Math.abs)) || 1
  const middle = LABEL_WIDTH + (WIDTH - LABEL_WIDTH) / 2
  const x = (value: number) => middle + (value / reach) * ((WIDTH - LABEL_WIDTH) / 2 - SIDE)
  const bottom = TOP + lines.length * LINE
  const title = `Mean difference in ${metric}${unit ? ` (${unit})` : ''}`
  const reading = lines
    .map(
      ({ label, estimate, low, high }) =>
        `${label}: ${formatDifference(estimate)}${low === null || high === null ? '' : ` (${formatDifference(low)} to ${formatDifference(high)})`}`,
    )
    .join('; ')
  const save = () => {
    if (!plate.current) return
    const record = {
      title,
      description: `${reading}. ${note}`,
      json: JSON.stringify({ title, unit, lines, note }),
    }
    const look = { background: '#ffffff', widthMm: null, grey: false }
    const svg = figureToSvg(plate.current, record, look)
    saveFile('differences-of-sides.svg', new Blob([svg], { type: 'image/svg+xml' }))
  }
  return (
    <div className="ev-panel ev-scroll-x">
      <div className={classes.forestHead}>
        <strong>{title}</strong>
        <Button variant="default" onClick={save}>
          Save as SVG
        </Button>
      </div>
      <div ref={plate} className={classes.forest}>
        <svg
          data-figure-mark
          width={WIDTH}
          height={bottom + AXIS}
          role="img"
          aria-label={`${title}. ${reading}`}
          fontSize={12}
        >
          <line x1={x(0)} x2={x(0)} y1={TOP} y2={bottom} stroke="var(--ev-border-strong)" />
          {lines.map(({ key, label, estimate, low, high }, i) => {
            const y = TOP + (i + 0.5) * LINE
            return (
              <g key={key}>
                <text x={8} y={y + 4} fill="var(--ev-text)">
                  {label.length > LABEL_CHARACTERS
                    ? `${label.slice(0, LABEL_CHARACTERS)} …`
                    : label}
                  <title>{label}</title>
                </text>
                {low === null || high === null ? null : (
                  <line
                    x1={x(low)}
                    x2={x(high)}
                    y1={y}
                    y2={y}
                    stroke="var(--ev-text)"
                    strokeWidth={1.5}
                  />
                )}
                <rect x={x(estimate) - 4} y={y - 4} width={8} height={8} fill="var(--ev-text)" />
              </g>
            )
          })}
          <line x1={x(-reach)} x2={x(reach)} y1={bottom} y2={bottom} stroke="var(--ev-border)" />
          {[-reach, 0, reach].map((tick) => (
            <text
              key={tick}
              x={x(tick)}
              y={bottom + 18}
              textAnchor="middle"
              fill="var(--ev-dim)"
              fontSize={11}
            >
              {tick === 0 ? '0' : formatDifference(tick)}
            </text>
          ))}
        </svg>
      </div>
    </div>
  )
}
