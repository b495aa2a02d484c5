'use client'

import { useCallback } from 'react'
import { Bar, type BarShapeProps } from 'recharts'
import {
  levelSelection,
  type DifficultyLevelsPrepared,
  type LevelPanel,
} from '@/lib/figures/shared/levels'
import type { PanelBox } from '../facets'
import classes from '../figures.module.css'
import { useFigure, type Readout } from '../interaction'
import { panelId } from '../marks'
import { contrast, INK, LEVEL_TONES, toneCss, type Tone } from '../palette'
import { LevelChart } from './level-chart'
import { NO_LEVEL, panelTitle } from './parts'

// Below this height a number does not fit into its segment.
const LABEL_PX = 13
const QUARTERS = [0, 25, 50, 75, 100]
const WHITE = '#ffffff'
const BLACK = '#1b1e24'

function inkOn(tone: Tone): string {
  const pick = (hex: string) => (contrast(hex, WHITE) >= contrast(hex, BLACK) ? WHITE : BLACK)
  return toneCss({ light: pick(tone.light), dark: pick(tone.dark) })
}

function Segment(props: {
  box: BarShapeProps
  level: number
  tone: Tone | null
  prefix: string
  percent: number
  onSelect: (() => void) | null
}) {
  const { box, tone, prefix, percent, onSelect } = props
  const { x, y, width, height } = box
  if (!(height > 0)) return null
  return (
    <g onClick={onSelect ?? undefined} className={onSelect ? classes.clickable : undefined}>
      <rect
        x={x}
        y={y}
        width={width}
        height={height}
        fill={tone ? toneCss(tone) : `url(#${prefix}-none)`}
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
          {percent.toFixed(0)}
        </text>
      ) : null}
    </g>
  )
}

interface PanelProps {
  prepared: DifficultyLevelsPrepared
  panel: LevelPanel
  box: PanelBox
  xAxisHeight: number
}

/** One bar an arm that adds up to 100 %, easiest level at the bottom. */
export function StackedPanel({ prepared, panel, box, xAxisHeight }: PanelProps) {
  const { idPrefix, onSelect } = useFigure()
  const { levels, arms } = prepared
  const prefix = panelId(idPrefix, panel.row, panel.column)
  const rated = arms.flatMap((arm) => {
    const bars = panel.bars.find((bar) => bar.arm === arm.key)
    return bars && bars.mix.asked > 0 ? [{ arm, mix: bars.mix }] : []
  })
  const data = rated.map(({ arm, mix }) => ({
    arm: arm.label,
    ...Object.fromEntries([...mix.levels, mix.none].map((share, i) => [`l${i}`, share.percent])),
  }))
  const read = useCallback(
    (label: string): Readout | null => {
      const arm = arms.find((one) => one.label === label)
      const mix = panel.bars.find((bar) => bar.arm === arm?.key)?.mix
      if (!arm || !mix) return null
      const parts = [...mix.levels, mix.none].map(
        (share, i) => `${levels[i] ?? NO_LEVEL} ${share.percent.toFixed(1)} %`,
      )
      const item = {
        key: arm.key,
        label: arm.label,
        colorIndex: arm.colorIndex,
        text: parts.join(', '),
      }
      return { title: `${panelTitle(prepared, panel)}, n ${mix.asked}`, items: [item] }
    },
    [prepared, panel, arms, levels],
  )
  return (
    <LevelChart
      box={box}
      prepared={prepared}
      panel={panel}
      data={data}
      category="arm"
      hasLongNames={false}
      xAxisHeight={xAxisHeight}
      ticks={QUARTERS}
      yEnd={100}
      gap="22%"
      read={read}
    >
      {[...levels, NO_LEVEL].map((level, i) => (
        <Bar
          key={level}
          dataKey={`l${i}`}
          name={level}
          stackId="levels"
          isAnimationActive={false}
          maxBarSize={64}
          shape={(shape: BarShapeProps) => {
            const own = rated[shape.originalDataIndex]
            const share = own ? (own.mix.levels[i] ?? own.mix.none) : null
            return (
              <Segment
                box={shape}
                level={i}
                tone={LEVEL_TONES[i] ?? null}
                prefix={prefix}
                percent={share?.percent ?? 0}
                onSelect={
                  onSelect && own
                    ? () => onSelect(levelSelection(prepared, panel, own.arm.key, i))
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
