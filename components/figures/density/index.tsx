'use client'

import type { DensityCell, DensityPrepared } from '@/lib/figures/shared/density'
import { number3 } from '@/lib/figures/shared/text'
import { niceEnd } from '../axes'
import { barHeights } from './curves'
import { DensityPanel } from './panel'
import { RangeBar } from '../range-bar'
import { Facets } from '../facets'

const PANEL_PX = 128
// Room for an axis with three or four numbers: two panels in a column of a journal.
const MIN_PANEL_PX = 150
// A histogram of few rows has single tall bins; beyond this multiple of the smooth curve they are cut.
const TALLEST_BIN = 2.2

function topOf(cells: readonly DensityCell[], prepared: DensityPrepared): number {
  if (prepared.view === 'cumulative') return 1
  const tops = cells.flatMap((cell) =>
    cell.curves.map((curve) => {
      const smooth = Math.max(0, ...(curve.kde ?? []))
      const bins = prepared.bars ? Math.max(0, ...barHeights(prepared, curve)) : 0
      if (prepared.view === 'histogram') return bins
      return smooth > 0 ? Math.min(Math.max(smooth, bins), TALLEST_BIN * smooth) : bins
    }),
  )
  return niceEnd(Math.max(1e-9, ...tops), 4)
}

function yLabel({ view, scale, heights, unitName }: DensityPrepared): string {
  if (view === 'cumulative') return 'Cumulative share'
  if (view === 'density') return scale === 'log' ? 'Density per factor of ten' : 'Density'
  return heights === 'count' ? `Number of ${unitName}` : `Share of ${unitName} (%)`
}

/** Returns how many values of an arm lie in the bins of a range. */
function countIn(
  { cells, edges }: DensityPrepared,
  arm: string,
  [from, to]: readonly [number, number],
): number {
  const curves = cells.flatMap((cell) => cell.curves.filter((curve) => curve.arm === arm))
  const counts = curves.flatMap((curve) =>
    curve.counts.filter((_, b) => (edges[b] ?? to) >= from && (edges[b] ?? to) < to),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Histograms with smooth curves: every figure that shows how one column is distributed. */
export function Density({ prepared }: { prepared: DensityPrepared }) {
  const { rows, columns, cells, axis, view, xLabel } = prepared
  const isShared = axis === 'shared' || view === 'cumulative'
  const sharedTop = topOf(cells, prepared)
  return (
    <>
      <Facets
        rows={rows}
        columns={columns}
        sharedY={isShared}
        yLabel={yLabel(prepared)}
        xLabel={xLabel}
        panelHeight={PANEL_PX}
        minPanel={MIN_PANEL_PX}
        panels={cells}
        panel={(cell, box) => {
          const names = [columns, rows].map(
            (list, i) =>
              list.find(({ key }) => key === (i === 0 ? cell.column : cell.row))?.label ?? '',
          )
          return (
            <DensityPanel
              prepared={prepared}
              cell={cell}
              title={names.filter(Boolean).join(', ')}
              box={box}
              yEnd={isShared ? sharedTop : topOf([cell], prepared)}
            />
          )
        }}
      />
      <RangeBar
        prepared={prepared}
        column={prepared.selectColumn}
        unitName={prepared.unitName}
        name={(range) => range.map(number3).join(' to ')}
        countOf={(arm, range) => countIn(prepared, arm, range)}
      />
    </>
  )
}
