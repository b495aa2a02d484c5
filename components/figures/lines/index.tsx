'use client'

import { useElementSize } from '@mantine/hooks'
import type { LinePoint, LinesPrepared } from '@/lib/figures/shared/lines'
import { niceEnd, niceTicks } from '../axes'
import { Facets } from '../facets'
import { LinesPanel } from './panel'

const PANEL_PX = 210
// Panels of metrics stand in rows of at most four, as in the paper, each wide enough for its ticks.
const MOST_ACROSS = 4
const ROOM_PX = 246
// Several rows of panels.
const LOW_PANEL_PX = 140
// Lines are read by their slope, so the axis may start above 0; it keeps a tenth of the span free at both ends.
const FREE_SHARE = 0.1

function ticksOf(points: readonly LinePoint[], intervals: boolean, hasZero: boolean): number[] {
  const values = [
    ...(hasZero ? [0] : []),
    ...points.flatMap((point) => [
      ...(point.value === null ? [] : [point.value]),
      ...(point.published === null ? [] : [point.published]),
      ...(intervals && point.low !== null && point.high !== null ? [point.low, point.high] : []),
    ]),
  ]
  if (values.length === 0) return [0, 1]
  const low = Math.min(...values)
  const high = Math.max(...values)
  const span = high - low || Math.abs(high) || 1
  const step = niceTicks(span * (1 + 2 * FREE_SHARE), 5)[1] ?? 1
  const first = Math.floor((low - FREE_SHARE * span) / step) * step
  const start = low >= 0 ? Math.max(0, first) : first
  const count = Math.ceil(niceEnd(high + FREE_SHARE * span - start) / step)
  const ticks = Array.from({ length: count + 1 }, (_, i) =>
    Number((start + i * step).toPrecision(12)),
  )
  const last = ticks.findIndex((tick) => tick >= high)
  return last < 0 ? ticks : ticks.slice(0, Math.max(2, last + 1))
}

/** A measure over the rounds: one panel a seed set, one line an arm. */
export function ScoresOverRounds({ prepared }: { prepared: LinesPrepared }) {
  const { facets, axis, intervals, measure, unit, statistic, places } = prepared
  const { ref, width } = useElementSize()
  const perRow = places
    ? Math.min(MOST_ACROSS, Math.max(1, Math.floor(width / ROOM_PX)))
    : facets.length
  const bands = Array.from({ length: Math.ceil(facets.length / Math.max(1, perRow)) }, (_, at) =>
    facets.slice(at * perRow, (at + 1) * perRow),
  )
  const hasZero = places?.zero ?? false
  const rows = prepared.rows ?? [{ key: 'all', label: '' }]
  const inRow = (row: string) =>
    prepared.rows ? prepared.points.filter((point) => point.row === row) : prepared.points
  const isShared = axis === 'shared'
  const shared = new Map(rows.map(({ key }) => [key, ticksOf(inRow(key), intervals, hasZero)]))
  const name =
    places?.yLabel ?? `${statistic === 'mean' ? 'Mean' : 'Median'} ${measure.toLowerCase()}`
  return (
    <div ref={ref}>
      {bands.map((band) => (
        <Facets
          key={band.map(({ key }) => key).join()}
          rows={rows}
          columns={band}
          sharedY={isShared}
          yLabel={unit && !places?.zero ? `${name} (${unit})` : name}
          xLabel={places?.xLabel ?? 'Round'}
          panelHeight={rows.length > 1 ? LOW_PANEL_PX : PANEL_PX}
          panels={rows.flatMap((row) =>
            band.map((facet) => ({ row: row.key, column: facet.key, facet })),
          )}
          panel={({ row, column, facet }, box) => {
            const own = inRow(row).filter((point) => point.facet === column)
            return (
              <LinesPanel
                prepared={prepared}
                points={own}
                facet={facet}
                box={box}
                ticks={isShared ? (shared.get(row) ?? []) : ticksOf(own, intervals, hasZero)}
              />
            )
          }}
        />
      ))}
    </div>
  )
}
