import type { FigureTable, TableCell } from '../types'
import { placeOn, type DensityCell, type DensityPrepared } from './density'
import { labelOf, list, reasonTexts, unitless } from './text'

function facetCells(prepared: DensityPrepared, cell: DensityCell, arm: string) {
  return {
    panel: labelOf(prepared.rows, cell.row),
    column: labelOf(prepared.columns, cell.column),
    arm: labelOf(prepared.arms, arm),
  }
}

const FACET_COLUMNS = unitless({ column: 'Seed set', panel: 'Panel', arm: 'Evolver' })

/** Returns one line a curve: n, mean, median, spread, values off the axis. */
export function densityTable(prepared: DensityPrepared): FigureTable {
  const { threshold, unit, scale } = prepared
  const shareColumn = threshold
    ? [{ key: 'share', label: `Share ${threshold.label}`, unit: '%' }]
    : []
  // Several values a row have no rows of their own.
  const isByRow = prepared.unitName === 'rows'
  const rows = prepared.cells.flatMap((cell) =>
    cell.curves.map((curve): Record<string, TableCell> => ({
      ...facetCells(prepared, cell, curve.arm),
      n: curve.n,
      ...(isByRow ? { missing: list(reasonTexts(curve.missing)) || null } : {}),
      mean: curve.mean,
      median: curve.median,
      sd: curve.sd,
      q25: curve.q25,
      q75: curve.q75,
      ...(threshold ? { share: curve.share === null ? null : 100 * curve.share } : {}),
      outside: curve.below + curve.above,
      bandwidth: curve.bandwidth,
    })),
  )
  return {
    columns: [
      ...FACET_COLUMNS,
      { key: 'n', label: 'Values', unit: '' },
      ...(isByRow ? [{ key: 'missing', label: 'Missing', unit: '' }] : []),
      { key: 'mean', label: 'Mean', unit },
      { key: 'median', label: 'Median', unit },
      { key: 'sd', label: 'SD', unit },
      { key: 'q25', label: 'Lower quartile', unit },
      { key: 'q75', label: 'Upper quartile', unit },
      ...shareColumn,
      { key: 'outside', label: 'Off the axis', unit: '' },
      { key: 'bandwidth', label: 'Bandwidth', unit: scale === 'log' ? 'factors of ten' : unit },
    ],
    rows,
  }
}

/** Returns every bin of every curve with its count, density, and the smooth curve at its centre. */
export function densityDrawn(prepared: DensityPrepared): FigureTable {
  const { edges, grid, scale, unit } = prepared
  const place = placeOn(scale)
  const [start, end] = [place(grid.from), place(grid.to)]
  const kdeAt = (kde: number[] | null, x: number): number | null => {
    if (!kde) return null
    const position = ((place(x) - start) / (end - start)) * (grid.points - 1)
    const low = Math.min(Math.max(Math.floor(position), 0), grid.points - 2)
    const share = position - low
    return (kde[low] as number) * (1 - share) + (kde[low + 1] as number) * share
  }
  const rows = prepared.cells.flatMap((cell) =>
    cell.curves.flatMap((curve) =>
      curve.counts.map((counted, b): Record<string, TableCell> => {
        const from = edges[b] as number
        const to = edges[b + 1] as number
        return {
          ...facetCells(prepared, cell, curve.arm),
          from,
          to,
          count: counted,
          density: curve.density[b] as number,
          cumulative: curve.cumulative[b + 1] as number,
          kde: kdeAt(curve.kde, scale === 'log' ? Math.sqrt(from * to) : (from + to) / 2),
        }
      }),
    ),
  )
  return {
    columns: [
      ...FACET_COLUMNS,
      { key: 'from', label: 'From', unit },
      { key: 'to', label: 'To', unit },
      { key: 'count', label: 'Count', unit: '' },
      {
        key: 'density',
        label: scale === 'log' ? 'Density per factor of ten' : 'Density',
        unit: '',
      },
      { key: 'cumulative', label: 'Cumulative share', unit: '' },
      { key: 'kde', label: 'Smooth density at the centre', unit: '' },
    ],
    rows,
  }
}
