'use client'

import { useCallback } from 'react'
import { Bar, type BarShapeProps } from 'recharts'
import {
  levelSelection,
  type DifficultyLevelsPrepared,
  type LevelBars,
  type LevelPanel,
} from '@/lib/figures/shared/levels'
import { niceTicks } from '../axes'
import type { PanelBox } from '../facets'
import { useFigure, type Readout } from '../interaction'
import { panelId } from '../marks'
import { LevelChart } from './level-chart'
import { NO_LEVEL, panelTitle, shareText } from './parts'
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
  const labels = prepared.hasNone === false ? levels : [...levels, NO_LEVEL]
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
        const share = shareOf(own, i)
        const text = shareText(share, share.of ?? own.mix.asked, published ?? null)
        return [{ key: arm.key, label: arm.label, colorIndex: arm.colorIndex, text }]
      })
      return { title: `${panelTitle(prepared, panel)}, ${label}`, items }
    },
    [prepared, panel, arms, levels, shareOf],
  )
  return (
    <LevelChart
      box={box}
      prepared={prepared}
      panel={panel}
      data={data}
      category="label"
      hasLongNames
      xAxisHeight={xAxisHeight}
      ticks={niceTicks(yEnd)}
      yEnd={yEnd}
      gap="18%"
      barGap={3}
      read={read}
    >
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
    </LevelChart>
  )
}
