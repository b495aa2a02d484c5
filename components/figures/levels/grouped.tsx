'use client'

import { useCallback } from 'react'
import { Bar, BarChart, Tooltip, XAxis, YAxis, type BarShapeProps } from 'recharts'
import type { DifficultyLevelsPrepared, LevelBars, LevelPanel } from '@/lib/figures/shared/levels'
import { AXIS_STYLE, CURSOR_STYLE, GridLines, niceTicks, ReportHover, StackedTick } from '../axes'
import { BARE_X_AXIS_PX, Y_AXIS_PX, type PanelBox } from '../facets'
import { useFigure, type Readout } from '../interaction'
import { ArmPatterns, panelId } from '../marks'
import { levelSelection, NO_LEVEL, panelTitle, shareText } from './parts'
import { ShareBar } from './share-bar'

interface PanelProps {
  prepared: DifficultyLevelsPrepared
  panel: LevelPanel
  box: PanelBox
  yEnd: number
  xAxisHeight: number
}

/** Bars side by side: levels along x, one bar an arm, replies without a level last. */
export function GroupedPanel({ prepared, panel, box, yEnd, xAxisHeight }: PanelProps) {
  const { idPrefix, onSelect } = useFigure()
  const { levels, arms, intervals } = prepared
  const labels = [...levels, NO_LEVEL]
  const shareOf = useCallback(
    (bars: LevelBars, i: number) => bars.mix.levels[i] ?? bars.mix.none,
    [],
  )
  const bars = arms.flatMap((arm) => {
    const found = panel.bars.find((bar) => bar.arm === arm.key)
    return found && found.mix.asked > 0 ? [{ arm, bars: found }] : []
  })
  const data = labels.map((label, i) => ({
    label,
    ...Object.fromEntries(bars.map(({ arm, bars: own }) => [arm.key, shareOf(own, i).percent])),
  }))
  const read = useCallback(
    (label: string): Readout => {
      const i = label === NO_LEVEL ? levels.length : levels.indexOf(label)
      const items = arms.flatMap((arm) => {
        const own = panel.bars.find((bar) => bar.arm === arm.key)
        if (!own || own.mix.asked === 0) return []
        const published = i < levels.length ? own.published?.levels[i] : own.published?.none
        const text = shareText(shareOf(own, i), own.mix.asked, published ?? null)
        return [{ key: arm.key, label: arm.label, colorIndex: arm.colorIndex, text }]
      })
      return { title: `${panelTitle(prepared, panel)}, ${label}`, items }
    },
    [prepared, panel, arms, levels, shareOf],
  )
  return (
    <BarChart
      width={box.width}
      height={box.height}
      data={data}
      margin={{ top: 6, right: 2, bottom: 0, left: 0 }}
      barCategoryGap="18%"
      barGap={3}
      title={panelTitle(prepared, panel)}
    >
      <ArmPatterns prefix={panelId(idPrefix, panel.row, panel.column)} arms={arms} />
      <GridLines at={niceTicks(yEnd)} />
      <XAxis
        dataKey="label"
        {...AXIS_STYLE}
        interval={0}
        tick={box.showX ? StackedTick : false}
        height={box.showX ? xAxisHeight : BARE_X_AXIS_PX}
      />
      <YAxis
        {...AXIS_STYLE}
        axisLine={false}
        interval={0}
        domain={[0, yEnd]}
        ticks={niceTicks(yEnd)}
        width={box.showY ? Y_AXIS_PX : 1}
        tick={box.showY ? AXIS_STYLE.tick : false}
      />
      <Tooltip content={() => null} cursor={CURSOR_STYLE} isAnimationActive={false} />
      <ReportHover read={read} />
      {bars.map(({ arm, bars: own }) => (
        <Bar
          key={arm.key}
          dataKey={arm.key}
          name={arm.label}
          isAnimationActive={false}
          maxBarSize={26}
          shape={(shape: BarShapeProps) => {
            const i = shape.originalDataIndex
            const isNone = i === levels.length
            return (
              <ShareBar
                box={shape}
                arm={arm}
                prefix={panelId(idPrefix, panel.row, panel.column)}
                share={shareOf(own, i)}
                published={(isNone ? own.published?.none : own.published?.levels[i]) ?? null}
                isNone={isNone}
                partial={own.partial}
                intervals={intervals}
                onSelect={
                  onSelect ? () => onSelect(levelSelection(prepared, panel, arm.key, i)) : null
                }
              />
            )
          }}
        />
      ))}
    </BarChart>
  )
}
