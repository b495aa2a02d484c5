'use client'

import type { PointPanel, PointsPrepared } from '@/lib/figures/shared/points'
import { panelName, shareOn } from '@/lib/figures/shared/points-text'
import { MarkerShape } from '../marks'
import { armCss } from '../palette'
import { PlainMark } from '../plain-mark'
import type { Frame } from './box-layer'

const DOT_PX = 5

/** Sets of rows as points, each with the interval of its result; published ones are hollow. */
export function SetDots(props: { prepared: PointsPrepared; panel: PointPanel; frame: Frame }) {
  const { prepared, panel, frame } = props
  const x = panel.x ?? prepared.x
  const atX = (value: number) => frame.left + shareOn(x, value) * frame.width
  const atY = (value: number) => frame.top + (1 - shareOn(prepared.y, value)) * frame.height
  const title = panelName(prepared, panel)
  return panel.sets?.map((set) => {
    const colorIndex = prepared.arms.find(({ key }) => key === set.arm)?.colorIndex ?? null
    const item = { key: set.key, label: set.label, colorIndex, text: set.detail }
    return (
      <PlainMark key={set.key} readout={{ title, items: [item] }} selection={set.selection}>
        {set.low !== null && set.high !== null ? (
          <path
            d={`M${atX(set.x)} ${atY(set.low)}V${atY(set.high)}`}
            stroke={armCss(colorIndex)}
            strokeWidth="2"
            strokeOpacity="0.45"
          />
        ) : null}
        <MarkerShape
          x={atX(set.x)}
          y={atY(set.y)}
          colorIndex={colorIndex}
          hollow={set.published}
          r={DOT_PX}
        />
      </PlainMark>
    )
  })
}
