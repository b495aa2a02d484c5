import type { FigureSelection, FigureTable, TableCell } from '../types'
import { exact } from './axis'
import type { PointAxis, PointPanel, PointsPrepared } from './points'
import { count, coverageText, labelOf, number3, percent, plural, unitless } from './text'

/** A rectangle in the units of both axes. */
export interface PointBox {
  x: readonly [number, number]
  y: readonly [number, number]
}

/** Returns the axes of a panel: its own, or those of all. */
export function axesIn({ x, y }: Pick<PointsPrepared, 'x' | 'y'>, panel: PointPanel) {
  return { x: panel.x ?? x, y: panel.y ?? y }
}

/** Returns the rows of a panel, those in a rectangle where one is given. */
export function panelSelection(
  { x, y }: PointsPrepared,
  panel: PointPanel | null,
  box: PointBox | null,
): FigureSelection {
  const bounds = (at: readonly [number, number]) => ({ min: exact(at[0]), max: exact(at[1]) })
  const place = {
    seedSetKey: panel?.seedSet ?? null,
    armKey: panel?.arm ?? null,
    round: panel?.round ?? null,
  }
  if (!box) return { column: null, min: null, max: null, ...place }
  const first = { column: x.column, ...bounds(box.x), ...place }
  return x.column === y.column
    ? first
    : { ...first, also: [{ column: y.column, ...bounds(box.y) }] }
}

/** Returns "IFD, strict (nat)". */
export function axisLabel({ label, unit }: PointAxis): string {
  return unit ? `${label} (${unit})` : label
}

/** Returns the heading of a panel without its place: who, and over which seed set. */
export function panelName(prepared: PointsPrepared, { row, column }: PointPanel): string {
  const names = [labelOf(prepared.columns, column), labelOf(prepared.rows, row)]
  return names.filter(Boolean).join(', ')
}

const correlation = (value: number | null) => (value === null ? 'none' : value.toFixed(3))

/** Returns one line a panel: rows and both correlations. */
export function pointsTable(prepared: PointsPrepared): FigureTable {
  const { panels, extra } = prepared
  return {
    columns: [
      ...unitless({
        seedSet: 'Seed set',
        group: 'Rows of',
        n: 'Rows with both values',
        spearman: 'Spearman',
        pearson: 'Pearson',
      }),
      ...(extra ? [{ key: extra.key, label: extra.label, unit: extra.unit }] : []),
      { key: 'off', label: 'Rows beyond the axes', unit: '' },
    ],
    rows: panels.map((panel, i): Record<string, TableCell> => ({
      seedSet: labelOf(prepared.columns, panel.column),
      group: labelOf(prepared.rows, panel.row) || 'All',
      n: panel.n,
      spearman: panel.spearman,
      pearson: panel.pearson,
      ...(extra ? { [extra.key]: extra.values[i] ?? null } : {}),
      off: panel.off,
    })),
    selections: panels.map((panel) => panelSelection(prepared, panel, null)),
  }
}

/** Returns the value at a share of the way along an axis. */
export function valueAt({ scale, from, to }: PointAxis, share: number): number {
  return scale === 'log' ? from * (to / from) ** share : from + (to - from) * share
}

/** Returns where a value lies between the ends of an axis, 0 to 1. */
export function shareOn({ scale, from, to }: PointAxis, value: number): number {
  return scale === 'log'
    ? Math.log(value / from) / Math.log(to / from)
    : (value - from) / (to - from)
}

/** Returns the drawn hexagons: their centres and how many rows lie in each. */
export function pointsDrawn(prepared: PointsPrepared): FigureTable {
  const { x, y, lattice, panels } = prepared
  const [across, down] = lattice
  const rows = panels.flatMap((panel) => {
    const name = { seedSet: labelOf(prepared.columns, panel.column) }
    const group = labelOf(prepared.rows, panel.row) || 'All'
    const own = axesIn(prepared, panel)
    return Array.from({ length: panel.cells.length / 3 }, (_, k) => {
      const [column = 0, row = 0, n = 0] = panel.cells.slice(3 * k, 3 * k + 3)
      const atX = valueAt(own.x, (column + (row & 1) / 2) / across)
      return { ...name, group, x: atX, y: valueAt(own.y, row / down), n }
    })
  })
  return {
    columns: [
      { key: 'seedSet', label: 'Seed set', unit: '' },
      { key: 'group', label: 'Rows of', unit: '' },
      { key: 'x', label: x.label, unit: x.unit },
      { key: 'y', label: y.label, unit: y.unit },
      { key: 'n', label: 'Rows in the hexagon', unit: '' },
    ],
    rows,
  }
}

/** Returns the strongest rank correlation of all panels. */
export function pointsReading(prepared: PointsPrepared): string {
  const { panels, x, y, extra } = prepared
  const strongest = panels
    .filter((panel) => panel.spearman !== null)
    .toSorted((a, b) => Math.abs(b.spearman ?? 0) - Math.abs(a.spearman ?? 0))[0]
  if (!strongest) return ''
  const where = panelName(prepared, strongest)
  const further = extra?.values[panels.indexOf(strongest)] ?? null
  const more =
    extra && further !== null ? `; ${extra.label.toLowerCase()} ${percent(further / 100)}` : ''
  return `The strongest rank correlation of ${x.label} with ${y.label} is that of ${where || 'all rows'}: Spearman ${correlation(strongest.spearman)} over ${plural(strongest.n, 'row')}${more}.`
}

/** Returns the picture in words. */
export function pointsAltText(prepared: PointsPrepared): string {
  const { panels, x, y, view } = prepared
  const what = view === 'hexbin' ? 'Hexagons of how many rows lie where' : 'Points of rows'
  const span = (axis: PointAxis) =>
    `${axisLabel(axis)}, ${number3(axis.from)} to ${number3(axis.to)}`
  const base = `${what} by ${span(x)}, and ${span(y)}.`
  const parts = panels.map((panel) => {
    const own = panel.x && panel.y ? `, ${span(panel.x)}, ${span(panel.y)}` : ''
    return `${panelName(prepared, panel) || 'All'}: n ${count(panel.n)}, Spearman ${correlation(panel.spearman)}, Pearson ${correlation(panel.pearson)}${own}`
  })
  const told = parts.length > 0 ? `${parts.join('; ')}. ` : ''
  return `${base} ${told}${coverageText(prepared.counts)}.`
}
