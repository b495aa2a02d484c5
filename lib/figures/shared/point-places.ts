import { carriesValue } from '@/lib/contracts/status'
import type { FigureData, RowPlaces } from '../types'
import { ALL } from './groups'
import type { PairOfColumns } from './pairs'
import { cellOf, latticeOf, type PointOptions, type PointsPrepared } from './points'
import { axesIn } from './points-text'
import { rowKey } from './splits'
import { comparable, isDrawable } from './series'
import { groupKey } from './tiles'

/** Returns where the rows behind hexagons are counted: the cells of each panel in its own order; null for drawn points. */
export function pointPlaces(
  all: FigureData,
  prepared: PointsPrepared,
  { x, y }: PairOfColumns,
  chosen: PointOptions,
): RowPlaces | null {
  if (prepared.view !== 'hexbin') return null
  const { data } = comparable(comparable(all, x, chosen.mix).data, y, chosen.mix)
  const { panels } = prepared
  const perGroup = Math.max(1, ...panels.map(({ cells }) => cells.length / 3))
  return {
    groups: panels.map(({ row, column }) => groupKey(row, column, '')),
    perGroup,
    edges: [],
    of(series) {
      const [first, second] = [series.columns[x], series.columns[y]]
      const panel = panels.findIndex(
        ({ row, column }) =>
          row === rowKey(series, chosen.rows).key &&
          (column === ALL || column === series.seedSetKey),
      )
      const drawn = panels[panel]
      if (!drawn || !first || !second || !data.series.includes(series)) return null
      const { cells } = drawn
      const lattice = latticeOf(axesIn(prepared, drawn), prepared.lattice)
      const { width, size } = lattice
      const placeOf = new Int32Array(size).fill(-1)
      for (let i = 0; i < cells.length; i += 3)
        placeOf[(cells[i + 1] as number) * width + (cells[i] as number) + 1] =
          panel * perGroup + i / 3
      return (row, counts) => {
        if (!carriesValue(first.status[row] as number)) return
        if (!carriesValue(second.status[row] as number)) return
        const a = first.values[row * first.width] as number
        const b = second.values[row * second.width] as number
        const cell = isDrawable(a) && isDrawable(b) ? cellOf(lattice, a, b) : -1
        const place = cell < 0 ? -1 : (placeOf[cell] as number)
        if (place >= 0) counts[place] = (counts[place] as number) + 1
      }
    },
  }
}
