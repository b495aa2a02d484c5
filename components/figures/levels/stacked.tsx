'use client'

import { useCallback } from 'react'
import { Bar, BarChart, Tooltip, XAxis, YAxis, type BarShapeProps } from 'recharts'
import type { DifficultyLevelsPrepared, LevelPanel } from '@/lib/figures/shared/levels'
import { AXIS_STYLE, CURSOR_STYLE, GridLines, ReportHover } from '../axes'
import { BARE_X_AXIS_PX, Y_AXIS_PX, type PanelBox } from '../facets'
import { useFigure, type Readout } from '../interaction'
import { ArmPatterns, panelId } from '../marks'
import { contrast, INK, LEVEL_TONES, toneCss, type Tone } from '../palette'
import { levelSelection, NO_LEVEL, panelTitle } from './parts'

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
    <g onClick={onSelect ?? undefined} style={onSelect ? { cursor: 'pointer' } : undefined}>
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
    <BarChart
      width={box.width}
      height={box.height}
      data={data}
      margin={{ top: 6, right: 2, bottom: 0, left: 0 }}
      barCategoryGap="22%"
      title={panelTitle(prepared, panel)}
    >
      <ArmPatterns prefix={prefix} arms={[]} />
      <GridLines at={QUARTERS} />
      <XAxis
        dataKey="arm"
        {...AXIS_STYLE}
        interval={0}
        tick={box.showX ? AXIS_STYLE.tick : false}
        height={box.showX ? xAxisHeight : BARE_X_AXIS_PX}
      />
      <YAxis
        {...AXIS_STYLE}
        axisLine={false}
        interval={0}
        domain={[0, 100]}
        ticks={QUARTERS}
        width={box.showY ? Y_AXIS_PX : 1}
        tick={box.showY ? AXIS_STYLE.tick : false}
      />
      <Tooltip content={() => null} cursor={CURSOR_STYLE} isAnimationActive={false} />
      <ReportHover read={read} />
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
    </BarChart>
  )
}
