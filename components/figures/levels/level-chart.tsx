'use client'

import type { ReactNode } from 'react'
import { BarChart, Tooltip, XAxis, YAxis } from 'recharts'
import type { DifficultyLevelsPrepared, LevelPanel } from '@/lib/figures/shared/levels'
import { AXIS_STYLE, CURSOR_STYLE, GridLines, ReportHover, StackedTick, TiltedTick } from '../axes'
import { BARE_X_AXIS_PX, Y_AXIS_PX, type PanelBox } from '../facets'
import { LETTER_PX } from '../fitting'
import { useFigure, type Readout } from '../interaction'
import { ArmPatterns, panelId } from '../marks'
import { LevelBrush, MarkedLevels, ReachedPlace } from './level-brush'
import { panelTitle } from './parts'

/** What a panel of any view is drawn from. */
export interface LevelPanelProps {
  prepared: DifficultyLevelsPrepared
  panel: LevelPanel
  box: PanelBox
  xAxisHeight: number
}

/** One category along x, with the height of each bar in it. */
export interface LevelGroup {
  name: string
  values: number[]
}

interface LevelChartProps {
  of: LevelPanelProps
  groups: LevelGroup[]
  /** Categories of several words, broken into lines. */
  hasLongNames?: boolean
  ticks: readonly number[]
  yEnd: number
  /** Space between groups, as a share of a group. */
  gap: string
  barGap?: number
  read(name: string): Readout | null
  /** Bars, in front of the axes. */
  children: ReactNode
}

/** Axes, grid, textures and hover of one panel of level bars; x has no line of its own where zero is not at the bottom. */
export function LevelChart(props: LevelChartProps) {
  const { ticks, groups, hasLongNames, read } = props
  const { box, prepared, panel, xAxisHeight } = props.of
  const { idPrefix } = useFigure()
  const axisNames = groups.map(({ name }) => name)
  const from = ticks[0] ?? 0
  const pitch = (box.width - Y_AXIS_PX) / Math.max(1, groups.length)
  const words = axisNames.flatMap((name) => (hasLongNames ? name.split(' ') : [name]))
  const isCrowded = words.some((word) => word.length * LETTER_PX > pitch)
  const plainTick = hasLongNames ? StackedTick : AXIS_STYLE.tick
  const nameTick = isCrowded ? TiltedTick : plainTick
  return (
    <LevelBrush prepared={prepared} box={box} names={axisNames}>
      <BarChart
        width={box.width}
        height={box.height}
        data={groups}
        margin={{ top: 6, right: 2, bottom: 0, left: 0 }}
        barCategoryGap={props.gap}
        {...(props.barGap === undefined ? {} : { barGap: props.barGap })}
        title={panelTitle(prepared, panel)}
      >
        <ArmPatterns prefix={panelId(idPrefix, panel.row, panel.column)} arms={prepared.arms} />
        <GridLines at={ticks} />
        <MarkedLevels prepared={prepared} names={axisNames} />
        <ReachedPlace names={axisNames} />
        <XAxis
          dataKey="name"
          {...AXIS_STYLE}
          {...(from < 0 ? { axisLine: false } : {})}
          interval={0}
          tick={box.showX ? nameTick : false}
          height={box.showX ? xAxisHeight : BARE_X_AXIS_PX}
        />
        <YAxis
          {...AXIS_STYLE}
          axisLine={false}
          interval={0}
          domain={[from, props.yEnd]}
          ticks={[...ticks]}
          width={box.showY ? Y_AXIS_PX : 1}
          tick={box.showY ? AXIS_STYLE.tick : false}
        />
        <Tooltip content={() => null} cursor={CURSOR_STYLE} isAnimationActive={false} />
        <ReportHover read={read} />
        {props.children}
      </BarChart>
    </LevelBrush>
  )
}
