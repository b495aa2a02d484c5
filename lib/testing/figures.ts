import { statusCode, type StatusName } from '@/lib/contracts/status'
import type { FigureColumnInfo, FigureData, FigureSeries, SeriesColumn } from '@/lib/figures/types'

/** A value of a test column: a number, several for a vector, or the reason why there is none. */
export type TestCell = number | readonly number[] | StatusName

/** Returns a column of the given cells; runs and definitions can be overridden. */
export function testColumn(
  cells: readonly TestCell[],
  more: Partial<SeriesColumn> = {},
): SeriesColumn {
  const width = Math.max(1, ...cells.map((cell) => (Array.isArray(cell) ? cell.length : 1)))
  const values = new Float64Array(cells.length * width).fill(Number.NaN)
  const status = new Uint8Array(cells.length)
  cells.forEach((cell, row) => {
    const numbers = typeof cell === 'number' ? [cell] : Array.isArray(cell) ? cell : []
    values.set(numbers, row * width)
    status[row] = statusCode(typeof cell === 'string' ? cell : 'ok')
  })
  const total = cells.length
  return {
    values,
    status,
    width,
    definitionHash: 'hash',
    runId: 'run',
    model: null,
    done: total,
    total,
    ...more,
  }
}

/** Returns a series with one column; `arm` null makes it the seeds. */
export function testSeries(
  place: { seedSet?: string; arm?: string | null; round?: number } & Partial<FigureSeries>,
  columns: Record<string, SeriesColumn>,
): FigureSeries {
  const { seedSet = 'set', arm = 'small', round = 1, ...more } = place
  const n = Object.values(columns)[0]?.status.length ?? 0
  return {
    key: `${seedSet}/${arm ?? 'seeds'}/${round}`,
    seedSetKey: seedSet,
    seedSetLabel: seedSet,
    armKey: arm,
    armLabel: arm ?? 'Seeds',
    armClass: arm === 'small' || arm === 'large' ? arm : arm === null ? null : 'other',
    colorIndex: arm === 'large' ? 1 : 0,
    round,
    cellId: `${seedSet}-${arm ?? 'seeds'}-${round}`,
    n,
    cellRows: n,
    columns,
    ...more,
  }
}

/** Returns figure data with plain descriptions of its columns. */
export function testData(
  series: readonly FigureSeries[],
  infos: Record<string, Partial<FigureColumnInfo>> = {},
): FigureData {
  const ids = new Set([...series.flatMap((one) => Object.keys(one.columns)), ...Object.keys(infos)])
  const columns = [...ids].map((id) => {
    const info: FigureColumnInfo = {
      id,
      label: id,
      shortLabel: id,
      unit: '',
      levels: null,
      direction: 'none',
      directionMeans: '',
      range: null,
      ...infos[id],
    }
    return [id, info] as const
  })
  return { series, columns: Object.fromEntries(columns) }
}
