'use client'

import { useCallback } from 'react'
import { Line, LineChart, Tooltip, XAxis, YAxis } from 'recharts'
import { pointSelection, type LinePoint, type LinesPrepared } from '@/lib/figures/shared/lines'
import { short3 } from '@/lib/figures/shared/text'
import { AXIS_STYLE, GridLines, ReportHover, ZeroLine } from '../axes'
import { BARE_X_AXIS_PX, X_AXIS_PX, Y_AXIS_PX, type PanelBox } from '../facets'
import { useFigure, type Readout } from '../interaction'
import { INK, toneCss } from '../palette'
import { ArmLine } from './arm-line'

const short = (value: number) => String(Number(value.toPrecision(4)))
interface PanelProps {
  prepared: LinesPrepared
  /** Those of this panel. */
  points: readonly LinePoint[]
  facet: { key: string; label: string }
  box: PanelBox
  /** Ticks of the y axis; the first and last are its ends. */
  ticks: readonly number[]
}

function pointText(point: LinePoint): string {
  if (point.detail !== undefined) return point.detail
  if (point.value === null) return 'no value yet'
  const interval =
    point.low === null || point.high === null ? '' : ` (${short3(point.low)}–${short3(point.high)})`
  const paper = point.published === null ? '' : `, paper ${short3(point.published)}`
  return `${short3(point.value)}${interval}, n ${point.n.toLocaleString('en-US')}${paper}`
}

function isSeeds({ arms }: LinesPrepared, key: string): boolean {
  return arms.find((arm) => arm.key === key)?.colorIndex === null
}

/** One seed set: a line an arm, starting at the seeds. */
export function LinesPanel({ prepared, points, facet, box, ticks }: PanelProps) {
  const { onSelect } = useFigure()
  const { arms, rounds, intervals, places } = prepared
  const xOf = useCallback((round: number) => prepared.places?.at?.[round] ?? round, [prepared])
  // Lines of all evolvers begin at the seeds.
  const start = points.find(({ arm, round }) => round === 0 && isSeeds(prepared, arm)) ?? null
  const drawn = arms.filter((arm) => points.some((point) => point.arm === arm.key))
  const evolved = drawn.filter((arm) => arm.colorIndex !== null)
  const read = useCallback(
    (label: string): Readout => {
      const round = prepared.rounds.find((one) => xOf(one) === Number(label))
      const items = points
        .filter((point) => point.round === round)
        .map((point, nth) => {
          const arm = prepared.arms.find((one) => one.key === point.arm)
          return {
            key: `${point.arm} ${nth}`,
            label: arm?.label ?? point.arm,
            colorIndex: arm?.colorIndex ?? null,
            text: pointText(point),
          }
        })
      const name = prepared.places
        ? `${prepared.places.xLabel.toLowerCase()} ${prepared.places.names[round ?? -1] ?? ''}`
        : round === 0
          ? 'seeds'
          : `round ${round}`
      return { title: `${facet.label}, ${name}`, items }
    },
    [prepared, points, facet, xOf],
  )
  const [first, last] = [xOf(rounds[0] ?? 0), xOf(rounds.at(-1) ?? 1)]
  // A quarter of a step at both ends.
  const free = (last - first || 1) / (4 * Math.max(1, rounds.length - 1))
  const data = rounds.map((round) => ({
    round: xOf(round),
    value: points.find((point) => point.round === round)?.value ?? null,
  }))
  return (
    <LineChart
      width={box.width}
      height={box.height}
      data={data}
      margin={{ top: 8, right: 8, bottom: 0, left: 2 }}
      title={facet.label}
    >
      <GridLines at={ticks} />
      {places?.zero ? <ZeroLine /> : null}
      <XAxis
        dataKey="round"
        type="number"
        {...AXIS_STYLE}
        domain={[first - free, last + free]}
        ticks={(places?.ticks ?? rounds).map(xOf)}
        interval={0}
        tickFormatter={(at: number) =>
          places
            ? (places.names[rounds.find((round) => xOf(round) === at) ?? -1] ?? '')
            : at === 0
              ? 'Seeds'
              : String(at)
        }
        tick={box.showX ? AXIS_STYLE.tick : false}
        height={box.showX ? X_AXIS_PX : BARE_X_AXIS_PX}
      />
      <YAxis
        {...AXIS_STYLE}
        axisLine={false}
        interval={0}
        type="number"
        domain={[ticks[0] ?? 0, ticks.at(-1) ?? 1]}
        ticks={ticks}
        allowDataOverflow
        tickFormatter={short}
        width={box.showY ? Y_AXIS_PX : 1}
        tick={box.showY ? AXIS_STYLE.tick : false}
      />
      <Tooltip
        content={() => null}
        cursor={{ stroke: toneCss(INK.axis), strokeDasharray: '2 2' }}
        isAnimationActive={false}
      />
      <ReportHover read={read} />
      {/* Carries the cursor of pointer and keys; the lines themselves are drawn below. */}
      <Line dataKey="value" stroke="none" dot={false} activeDot={false} isAnimationActive={false} />
      {drawn.map((arm) => {
        const index = evolved.indexOf(arm)
        return (
          <ArmLine
            key={arm.key}
            arm={arm}
            xOf={xOf}
            index={index < 0 ? 0 : index}
            count={index < 0 ? 1 : evolved.length}
            points={points.filter((point) => point.arm === arm.key)}
            start={start}
            intervals={intervals}
            breaks={places?.breaks ?? []}
            onSelect={
              onSelect ? (point) => onSelect(point.selection ?? pointSelection(point)) : null
            }
          />
        )
      })}
    </LineChart>
  )
}
