import type { Db } from '@/db/client'
import { carriesValue } from '@/lib/contracts/status'
import type { BrushTiles } from '@/lib/contracts/tiles'
import { AppError } from '@/lib/errors'
import { getFigure, parseFigureOptions } from '@/lib/figures'
import type { FigureData, RowPlaces } from '@/lib/figures/types'
import { filterEdge, packCounts, placeOnEdges, type Counts } from '@/lib/figures/shared/tiles'
import { columnReader } from '../columns'
import { yieldToEventLoop } from '../compare/slots'
import { select } from '../rows/select'
import { getStudy } from '../studies'
import { checkColumns } from './columns'
import { loadFigureData } from './data'
import { figureStamp } from './stamp'
import { keptPrepared, type FigureRequest } from '.'

/** A figure whose axis is brushed, and those that are to follow. */
export interface BrushRequest extends FigureRequest {
  targets: readonly { figureId: string; options?: unknown }[]
}

const OFF_AXIS = 0xffff

/**
 * Returns the counts of each target by place on the brushed figure's axis, from the rows that the filter keeps without
 * its own range on that column. A row's place is that of the value by which the filter judges it, so that the sum over a
 * range equals what the filter with this range keeps. Targets whose rows have no single place are left out. Throws
 * `invalid_input` when the figure has no axis of rows.
 */
export async function brushTiles(
  db: Db,
  studyId: string,
  request: BrushRequest,
): Promise<BrushTiles> {
  getStudy(db, studyId)
  const parse = (given: { figureId: string; options?: unknown }) => {
    const figure = getFigure(given.figureId)
    const options = parseFigureOptions(figure, given.options)
    checkColumns(db, studyId, figure, options)
    return { figure, options }
  }
  const source = parse(request)
  const others = request.targets.map(parse)
  const targets = others.filter(({ figure }) => figure.places !== undefined)
  const columnsOf = ({ figure, options }: typeof source) => figure.columns(options)
  const descends = ({ figure, options }: typeof source) => figure.needsLineage?.(options) ?? false
  const load = (filter: FigureRequest['filter'], parts: readonly (typeof source)[]) =>
    loadFigureData(db, studyId, {
      columns: [...new Set(parts.flatMap(columnsOf))],
      operators: parts.some(({ figure, options }) => figure.needsOperators?.(options)),
      lineage: parts.some(descends),
      filter,
    })
  const [column = ''] = columnsOf(source)
  const filter = {
    ...request.filter,
    ranges: request.filter.ranges.filter((range) => range.column !== column),
  }
  // Of before the data is read, as where figures are prepared.
  const stamp = figureStamp(db, studyId, source.figure)
  const data = await load(filter, [source, ...targets.filter((target) => !descends(target))])
  // Figures that are on a page were prepared for it, so their bins and bars are known.
  const layoutOf = ({ figure, options }: typeof source, own: FigureData) =>
    keptPrepared(db, studyId, { figure, options }, filter, stamp) ??
    (figure.layout ? figure.layout(own, options) : figure.prepare(own, options))
  const axis = source.figure.brushAxis?.(layoutOf(source, data)) ?? null
  if (axis === null || axis.column !== column) {
    throw new AppError(
      'invalid_input',
      `The axis of ${source.figure.title} stands for no column of rows, so no range can be marked on it.`,
    )
  }
  const edges = axis.edges.map(filterEdge)
  const nPlaces = 2 * edges.length - 1
  const rows = new Uint32Array(nPlaces)
  const tiles: { figureId: string; data: FigureData; places: RowPlaces; counts: Counts[] }[] = []
  for (const target of targets) {
    const { figure, options } = target
    // Values of parents are read for those figures alone that draw them.
    const own = descends(target) ? await load(filter, [target]) : data
    const places = figure.places?.(own, layoutOf(target, own), options)
    if (!places) continue
    const size = places.groups.length * places.perGroup
    const counts = Array.from({ length: nPlaces }, (): Counts =>
      places.hasSums ? new Float64Array(size) : new Uint32Array(size),
    )
    tiles.push({ figureId: figure.id, data: own, places, counts })
  }
  const reader = columnReader(db, studyId)
  const selection = select(db, studyId, filter)
  for (const [index, { cell, rows: kept }] of selection.cells.entries()) {
    const series = data.series[index]
    if (!series || series.cellId !== cell.id) continue
    const { values, status, width } = reader.read(column, cell)
    const at = new Uint16Array(kept.length).fill(OFF_AXIS)
    for (let k = 0; k < kept.length; k += 1) {
      const row = kept[k] as number
      if (!carriesValue(status[row] ?? 0)) continue
      const place = placeOnEdges(values[row * width] as number, edges)
      if (place < 0) continue
      at[k] = place
      rows[place] = (rows[place] as number) + 1
    }
    for (const { places, counts, data: own } of tiles) {
      const count = places.of(own.series[index] ?? series)
      if (!count) continue
      for (let row = 0; row < at.length; row += 1) {
        const place = at[row] as number
        if (place !== OFF_AXIS) count(row, counts[place] as Counts)
      }
      await yieldToEventLoop()
    }
  }
  const used = [...rows.keys()].filter((place) => rows[place] !== 0)
  return {
    column,
    edges,
    places: used,
    rows: used.map((place) => rows[place] as number),
    total: selection.total,
    tiles: await Promise.all(
      tiles.map(
        async ({ figureId, places: { groups, perGroup, edges: own, hasSums }, counts }) => ({
          figureId,
          groups: [...groups],
          perGroup,
          edges: [...own],
          hasSums: hasSums ?? false,
          packed: await packCounts(used.map((place) => counts[place] as Counts)),
        }),
      ),
    ),
    later: others
      .filter((one) => columnsOf(one).length > 0)
      .map(({ figure }) => figure.id)
      .filter((id) => !tiles.some(({ figureId }) => figureId === id)),
  }
}
