'use client'

import { usePlotArea } from 'recharts'
import { useBrush } from './brush'
import { INK, toneCss } from './palette'

/** The marked range of a panel. A picture shows it where it is the page's filter, as the text beside it says. */
export function MarkedBand({ from, to }: { from: number; to: number }) {
  const area = usePlotArea()
  const brush = useBrush()
  if (!area) return null
  return (
    <rect
      data-marked-range
      {...(brush?.range ? {} : { 'data-figure-skip': true })}
      x={from}
      y={area.y}
      width={to - from}
      height={area.height}
      fill={toneCss(INK.dim)}
      fillOpacity="0.18"
      pointerEvents="none"
    />
  )
}
