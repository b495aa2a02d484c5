'use client'

import { useCallback } from 'react'
import { Bar, type BarShapeProps } from 'recharts'
import { levelSelection, type LevelBars } from '@/lib/figures/shared/levels'
import { groupKey } from '@/lib/figures/shared/tiles'
import { niceTicks } from '../axes'
import { useFigure, type Readout } from '../interaction'
import { panelId } from '../marks'
import { LevelChart, type LevelPanelProps } from './level-chart'
import { heightOf, NO_LEVEL, panelTitle, ratedBars, shareText } from './parts'
import { ShareBar } from './share-bar'

const shareOf = (bars: LevelBars, i: number) => bars.mix.levels[i] ?? bars.mix.none

/** Bars side by side: levels along x, one bar an arm, replies without a level last. */
export function GroupedPanel({ yEnd, ...of }: LevelPanelProps & { yEnd: number }) {
  const { prepared, panel } = of
  const { idPrefix, onSelect } = useFigure()
  const { levels } = prepared
  const rated = ratedBars(prepared, panel)
  const read = useCallback(
    (label: string): Readout => {
      const i = label === NO_LEVEL ? levels.length : levels.indexOf(label)
      const items = ratedBars(prepared, panel).map(({ arm, own }) => {
        const published = i < levels.length ? own.published?.levels[i] : own.published?.none
        const share = shareOf(own, i)
        const text = shareText(share, share.of ?? own.mix.asked, published ?? null)
        return { key: arm.key, label: arm.label, colorIndex: arm.colorIndex, text }
      })
      return { title: `${panelTitle(prepared, panel)}, ${label}`, items }
    },
    [prepared, panel, levels],
  )
  return (
    <LevelChart
      of={of}
      groups={(prepared.hasNone === false ? levels : [...levels, NO_LEVEL]).map((name, i) => ({
        name,
        values: rated.map(({ own }) => heightOf(prepared, shareOf(own, i), own.mix.asked).top),
      }))}
      hasLongNames
      ticks={niceTicks(yEnd)}
      yEnd={yEnd}
      gap="18%"
      barGap={3}
      read={read}
    >
      {rated.map(({ arm, own }, k) => (
        <Bar
          key={arm.key}
          dataKey={`values[${k}]`}
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
                prepared={prepared}
                share={shareOf(own, i)}
                asked={own.mix.asked}
                published={(isNone ? own.published?.none : own.published?.levels[i]) ?? null}
                isNone={isNone}
                partial={own.partial}
                brushed={{
                  group: groupKey(panel.row, panel.column, arm.key),
                  place: i,
                }}
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
