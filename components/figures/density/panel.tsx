'use client'

import { useCallback, useMemo } from 'react'
import { ComposedChart, ReferenceLine, XAxis, YAxis } from 'recharts'
import type { DensityCell, DensityPrepared } from '@/lib/figures/shared/density'
import { short3 } from '@/lib/figures/shared/text'
import { AXIS_STYLE, GridLines, logTicks, niceTicks, ticksBetween } from '../axes'
import { BARE_X_AXIS_PX, X_AXIS_PX, Y_AXIS_PX, type PanelBox } from '../facets'
import { useFigure, type Readout } from '../interaction'
import { ArmPatterns, panelId } from '../marks'
import { INK, toneCss } from '../palette'
import { CursorLayer } from './cursor'
import { Curves, PanelTexts } from './curves'
import { BrushPreview } from './preview'

// A chart without data points draws no axes; the curves themselves are drawn from the prepared arrays.
// The point has a place on a logarithmic axis, too.
const FRAME_DATA = [{ x: 1 }]
// Room of a number on the axis; those of a logarithmic axis are mostly short.
const TICK_PX = 36
const LOG_TICK_PX = 30

interface PanelProps {
  prepared: DensityPrepared
  cell: DensityCell
  title: string
  box: PanelBox
  yEnd: number
}

/** One panel of a density figure. */
export function DensityPanel({ prepared, cell, title, box, yEnd }: PanelProps) {
  const { edges, arms, reversed, reference, scale, view } = prepared
  const { idPrefix, patterns } = useFigure()
  const from = edges[0] ?? 0
  const to = edges.at(-1) ?? 1
  const curves = useMemo(
    () =>
      arms.flatMap((arm) => {
        const curve = cell.curves.find((one) => one.arm === arm.key)
        return curve ? [{ arm, curve }] : []
      }),
    [arms, cell],
  )
  const read = useCallback(
    (bin: number): Readout => ({
      title: `${title}, ${short3(edges[bin] ?? 0)} to ${short3(edges[bin + 1] ?? 0)}`,
      items: curves.map(({ arm, curve }) => ({
        key: arm.key,
        label: arm.label,
        colorIndex: arm.colorIndex,
        text: `${(curve.counts[bin] ?? 0).toLocaleString('en-US')} of ${curve.n.toLocaleString('en-US')}, up to here ${(100 * (curve.cumulative[bin + 1] ?? 0)).toFixed(1)} %`,
      })),
    }),
    [title, edges, curves],
  )
  const prefix = panelId(idPrefix, cell.row, cell.column)
  const patterned = curves.filter(({ curve }) => curve.partial || patterns).map(({ arm }) => arm)
  const yTicks = niceTicks(yEnd, 4)
  const room = box.width - (box.showY ? Y_AXIS_PX + 4 : 9)
  const xTicks =
    scale === 'log'
      ? logTicks(from, to, Math.min(6, Math.floor(room / LOG_TICK_PX)))
      : ticksBetween(from, to, Math.min(5, Math.floor(room / TICK_PX)))
  return (
    <ComposedChart
      width={box.width}
      height={box.height}
      data={FRAME_DATA}
      margin={{ top: 6, right: 10, bottom: 0, left: box.showY ? 4 : 9 }}
      accessibilityLayer={false}
      title={title}
    >
      <GridLines at={yTicks} />
      <XAxis
        type="number"
        dataKey="x"
        {...AXIS_STYLE}
        scale={scale}
        domain={[from, to]}
        ticks={xTicks}
        interval={0}
        allowDataOverflow
        reversed={reversed}
        tickFormatter={short3}
        tickMargin={6}
        tick={box.showX ? AXIS_STYLE.tick : false}
        height={box.showX ? X_AXIS_PX : BARE_X_AXIS_PX}
      />
      <YAxis
        {...AXIS_STYLE}
        axisLine={false}
        interval={0}
        type="number"
        domain={[0, yEnd]}
        ticks={yTicks}
        allowDataOverflow
        tickFormatter={short3}
        width={box.showY ? Y_AXIS_PX : 1}
        tick={box.showY ? AXIS_STYLE.tick : false}
      />
      {reference && view === 'density' && reference.value < to ? (
        <ReferenceLine x={reference.value} stroke={toneCss(INK.axis)} strokeDasharray="3 3" />
      ) : null}
      <ArmPatterns prefix={prefix} arms={patterned} />
      <BrushPreview
        prepared={prepared}
        row={cell.row}
        column={cell.column}
        arms={curves.map(({ arm }) => arm)}
      >
        <Curves prepared={prepared} curves={curves} prefix={prefix} />
      </BrushPreview>
      <PanelTexts prepared={prepared} curves={curves} />
      <CursorLayer
        prepared={prepared}
        read={read}
        label={`${title}: arrow keys read the distribution, Shift marks a range`}
      />
    </ComposedChart>
  )
}
