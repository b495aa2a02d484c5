'use client'

import { useCallback, useRef } from 'react'
import { Bar, useYAxisScale, type BarShapeProps } from 'recharts'
import { levelSelection, type LevelShare } from '@/lib/figures/shared/levels'
import { groupKey } from '@/lib/figures/shared/tiles'
import { standBack, useBrushPreview, type BrushedCounts } from '../brush'
import { niceTicks } from '../axes'
import classes from '../figures.module.css'
import { useFigure, type Readout } from '../interaction'
import { panelId } from '../marks'
import { INK, inkOn, LEVEL_TONES, toneCss, type Tone } from '../palette'
import { LevelChart, type LevelPanelProps } from './level-chart'
import { heightOf, markedHeight, NO_LEVEL, panelTitle, ratedBars } from './parts'
import type { BrushedLevel } from './share-bar'

// Below this height a number does not fit into its segment.
const LABEL_PX = 13
const QUARTERS = [0, 25, 50, 75, 100]

function SegmentBody(props: {
  box: BarShapeProps
  tone: Tone | null
  fill: string
  label: string
}) {
  const { box, tone, fill, label } = props
  const { x, y, width, height } = box
  return (
    <>
      <rect
        x={x}
        y={y}
        width={width}
        height={height}
        fill={fill}
        stroke={toneCss(INK.axis)}
        strokeWidth="0.75"
      />
      {tone && height >= LABEL_PX && width >= 22 ? (
        <text
          x={x + width / 2}
          y={y + height / 2 + 4}
          textAnchor="middle"
          fontSize="11"
          fill={inkOn(tone)}
        >
          {label}
        </text>
      ) : null}
    </>
  )
}

function Segment(props: {
  box: BarShapeProps
  tone: Tone | null
  prefix: string
  label: string
  prepared: LevelPanelProps['prepared']
  brushed: BrushedLevel
  onSelect: (() => void) | null
}) {
  const { box, tone, prefix, prepared, onSelect } = props
  const { x, y, width, height } = box
  const { group, place } = props.brushed
  const scale = useYAxisScale()
  const full = useRef<SVGGElement>(null)
  const marked = useRef<SVGRectElement>(null)
  const show = useCallback(
    (counts: BrushedCounts | null) => {
      standBack(full.current, counts !== null)
      const own = counts?.of(group) ?? []
      const height = (at: number) => markedHeight(prepared, own, at)
      // Those below it come first.
      const below = Array.from({ length: place }, (_, at) => height(at)).reduce((a, b) => a + b, 0)
      const from = scale?.(below) ?? 0
      const end = scale?.(below + height(place)) ?? from
      marked.current?.setAttribute('y', String(end))
      marked.current?.setAttribute('height', String(Math.max(0, from - end)))
    },
    [scale, group, place, prepared],
  )
  useBrushPreview(show, full)
  const fill = tone ? toneCss(tone) : `url(#${prefix}-none)`
  return (
    <g onClick={onSelect ?? undefined} className={onSelect ? classes.clickable : undefined}>
      <g ref={full}>{height > 0 ? <SegmentBody {...props} fill={fill} /> : null}</g>
      <rect
        ref={marked}
        data-brushed={group}
        data-figure-skip
        pointerEvents="none"
        x={x}
        y={y}
        width={width}
        height="0"
        fill={fill}
        stroke={toneCss(INK.axis)}
        strokeWidth="0.75"
      />
    </g>
  )
}
/** One bar an arm that adds up to 100 % or to its rows, easiest level at the bottom. */
export function StackedPanel({ yEnd, ...of }: LevelPanelProps & { yEnd: number }) {
  const { prepared, panel } = of
  const { idPrefix, onSelect } = useFigure()
  const { levels, heights } = prepared
  const prefix = panelId(idPrefix, panel.row, panel.column)
  const rated = ratedBars(prepared, panel)
  const labelOf = (share: LevelShare | undefined) =>
    heights === 'count'
      ? (share?.count ?? 0).toLocaleString('en-US')
      : (share?.percent ?? 0).toFixed(0)
  const read = useCallback(
    (label: string): Readout | null => {
      const found = ratedBars(prepared, panel).find(({ arm }) => arm.label === label)
      if (!found) return null
      const { arm, own } = found
      const text = [...own.mix.levels, own.mix.none]
        .map((share, i) => `${levels[i] ?? NO_LEVEL} ${share.percent.toFixed(1)} %`)
        .join(', ')
      const item = { key: arm.key, label: arm.label, colorIndex: arm.colorIndex, text }
      return { title: `${panelTitle(prepared, panel)}, n ${own.mix.asked}`, items: [item] }
    },
    [prepared, panel, levels],
  )
  return (
    <LevelChart
      of={of}
      groups={rated.map(({ arm, own }) => ({
        name: arm.label,
        values: [...own.mix.levels, own.mix.none].map(
          (share) => heightOf(prepared, share, own.mix.asked).top,
        ),
      }))}
      ticks={heights === 'count' ? niceTicks(yEnd) : QUARTERS}
      yEnd={yEnd}
      gap="22%"
      read={read}
    >
      {[...levels, NO_LEVEL].map((level, i) => (
        <Bar
          key={level}
          dataKey={`values[${i}]`}
          name={level}
          stackId="levels"
          isAnimationActive={false}
          maxBarSize={64}
          shape={(shape: BarShapeProps) => {
            const found = rated[shape.originalDataIndex]
            const mix = found?.own.mix
            return (
              <Segment
                box={shape}
                tone={LEVEL_TONES[i] ?? null}
                prefix={prefix}
                prepared={prepared}
                label={labelOf(mix?.levels[i] ?? mix?.none)}
                brushed={{
                  group: groupKey(panel.row, panel.column, found?.arm.key ?? ''),
                  place: i,
                }}
                onSelect={
                  onSelect && found
                    ? () => onSelect(levelSelection(prepared, panel, found.arm.key, i))
                    : null
                }
              />
            )
          }}
        />
      ))}
    </LevelChart>
  )
}
