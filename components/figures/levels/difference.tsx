'use client'

import { useCallback, useRef } from 'react'
import { Bar, ReferenceLine, usePlotArea, useYAxisScale, type BarShapeProps } from 'recharts'
import { countedShare } from '@/lib/figures/shared/level-places'
import { groupKey } from '@/lib/figures/shared/tiles'
import type { ArmMark } from '@/lib/figures/types'
import { standBack, useBrushPreview, type BrushedCounts } from '../brush'
import { useFigure, type Readout } from '../interaction'
import { panelId, patternId } from '../marks'
import { armCss, INK, toneCss } from '../palette'
import { LevelChart, type LevelPanelProps } from './level-chart'
import { panelTitle } from './parts'
import type { BrushedLevel } from './share-bar'

interface Difference {
  difference: number
  low: number
  high: number
}

function DifferenceBar(props: {
  box: BarShapeProps
  arm: ArmMark
  prefix: string
  value: Difference
  intervals: boolean
  brushed: BrushedLevel
  /** Number of levels. */
  levels: number
  /** Group of the evolver that is subtracted. */
  baseline: string
}) {
  const { box, arm, prefix, value, intervals, levels, baseline } = props
  const { group, place } = props.brushed
  const scale = useYAxisScale()
  const area = usePlotArea()
  const top = area?.y ?? 0
  const bottom = top + (area?.height ?? 0)
  const full = useRef<SVGGElement>(null)
  const marked = useRef<SVGRectElement>(null)
  const show = useCallback(
    (counts: BrushedCounts | null) => {
      standBack(full.current, counts !== null)
      const share = (of: string) => countedShare(counts?.of(of) ?? [], place, levels)
      // A difference of few rows may lie beyond the axis.
      const y = (points: number) => Math.min(Math.max(scale?.(points) ?? 0, top), bottom)
      const ends = [y(0), y(share(group) - share(baseline))]
      marked.current?.setAttribute('y', String(Math.min(...ends)))
      marked.current?.setAttribute('height', String(Math.max(...ends) - Math.min(...ends)))
    },
    [scale, top, bottom, group, baseline, place, levels],
  )
  useBrushPreview(show, full)
  const zero = scale?.(0)
  const end = scale?.(value.difference)
  if (!scale || zero === undefined || end === undefined) return null
  const middle = box.x + box.width / 2
  const low = scale(value.low)
  const high = scale(value.high)
  return (
    <g>
      <g ref={full}>
        <rect
          x={box.x}
          y={Math.min(zero, end)}
          width={box.width}
          height={Math.abs(end - zero)}
          fill={`url(#${patternId(prefix, arm, false)})`}
          stroke={armCss(arm.colorIndex)}
          strokeWidth="0.75"
        />
        {intervals && low !== undefined && high !== undefined ? (
          <path d={`M${middle} ${low}V${high}`} stroke={toneCss(INK.text)} fill="none" />
        ) : null}
      </g>
      <rect
        ref={marked}
        data-brushed={group}
        data-figure-skip
        pointerEvents="none"
        x={box.x}
        y={zero}
        width={box.width}
        height="0"
        fill={armCss(arm.colorIndex)}
        fillOpacity="0.6"
        stroke={armCss(arm.colorIndex)}
      />
    </g>
  )
}

const signed = (value: number) => `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(1)}`

/** Shares of one arm minus those of the baseline, level by level, in points. */
export function DifferencePanel({ yEnd, ...of }: LevelPanelProps & { yEnd: number }) {
  const { prepared, panel } = of
  const { idPrefix } = useFigure()
  const { levels, arms, intervals } = prepared
  const prefix = panelId(idPrefix, panel.row, panel.column)
  const label = useCallback(
    (key: string) => arms.find((arm) => arm.key === key)?.label ?? key,
    [arms],
  )
  const read = useCallback(
    (level: string): Readout => {
      const i = levels.indexOf(level)
      const items = panel.differences.flatMap((one) => {
        const value = one.levels[i]
        if (!value) return []
        const text = `minus ${label(one.baseline)}: ${signed(value.difference)} points (${signed(value.low)} to ${signed(value.high)})`
        const arm = arms.find((candidate) => candidate.key === one.arm)
        return [{ key: one.arm, label: label(one.arm), colorIndex: arm?.colorIndex ?? null, text }]
      })
      return { title: `${panelTitle(prepared, panel)}, ${level}`, items }
    },
    [prepared, panel, levels, arms, label],
  )
  return (
    <LevelChart
      of={of}
      groups={levels.map((name, i) => ({
        name,
        values: panel.differences.map((one) => one.levels[i]?.difference ?? 0),
      }))}
      hasLongNames
      ticks={[-yEnd, -yEnd / 2, 0, yEnd / 2, yEnd]}
      yEnd={yEnd}
      gap="25%"
      read={read}
    >
      <ReferenceLine y={0} stroke={toneCss(INK.axis)} />
      {panel.differences.map((one, k) => {
        const arm = arms.find((candidate) => candidate.key === one.arm)
        return arm ? (
          <Bar
            key={one.arm}
            dataKey={`values[${k}]`}
            isAnimationActive={false}
            maxBarSize={30}
            shape={(shape: BarShapeProps) => {
              const value = one.levels[shape.originalDataIndex]
              return value ? (
                <DifferenceBar
                  box={shape}
                  arm={arm}
                  prefix={prefix}
                  value={value}
                  intervals={intervals}
                  brushed={{
                    group: groupKey(panel.row, panel.column, arm.key),
                    place: shape.originalDataIndex,
                  }}
                  levels={levels.length}
                  baseline={groupKey(panel.row, panel.column, one.baseline)}
                />
              ) : (
                <g />
              )
            }}
          />
        ) : null
      })}
    </LevelChart>
  )
}
