'use client'

import { useRef } from 'react'
import { usePlotArea } from 'recharts'
import { useBrush } from './brush'
import { useInteractionDrawing } from './interaction'
import { INK, toneCss } from './palette'

interface MarkedBandProps {
  /** Returns the ends of a range in pixels, or null where the panel has none of it. */
  place(range: readonly [number, number]): readonly [number, number] | null
}

/** The marked range of a panel. A picture shows it where it is the page's filter, as the text beside it says. */
export function MarkedBand({ place }: MarkedBandProps) {
  const area = usePlotArea()
  const range = useBrush()?.range ?? null
  const band = useRef<SVGRectElement>(null)
  useInteractionDrawing(({ range: marked }) => {
    const shown = marked ?? range
    const span = shown && place(shown)
    band.current?.setAttribute('x', String(span ? Math.min(...span) : 0))
    band.current?.setAttribute('width', String(span ? Math.abs(span[1] - span[0]) : 0))
  })
  if (!area) return null
  return (
    <rect
      ref={band}
      data-marked-range
      {...(range ? {} : { 'data-figure-skip': true })}
      y={area.y}
      height={area.height}
      fill={toneCss(INK.dim)}
      fillOpacity="0.18"
      pointerEvents="none"
    />
  )
}
