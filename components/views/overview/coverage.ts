import type { MetricInfo } from '@/lib/contracts/compute'
import type { CellInfo, StudyDetail } from '@/lib/contracts/study'

export interface MetricCoverage {
  metric: MetricInfo
  done: number
  valued: number
  total: number
}

/** How far each measured metric has come in one cell, in the order of the registry. */
export function cellCoverage(cell: CellInfo, measured: readonly MetricInfo[]): MetricCoverage[] {
  return measured.map((metric) => {
    const run = cell.metrics.find((one) => one.metric === metric.id)
    return { metric, done: run?.done ?? 0, valued: run?.valued ?? 0, total: cell.rowCount }
  })
}

export function isComplete(coverage: MetricCoverage): boolean {
  return coverage.done >= coverage.total
}

/** Measured metrics that some of these cells lack, wholly or in part. */
export function missingMetrics(cells: readonly CellInfo[], measured: readonly MetricInfo[]): string[] {
  const missing = new Set<string>()
  for (const cell of cells) {
    for (const one of cellCoverage(cell, measured)) if (!isComplete(one)) missing.add(one.metric.id)
  }
  return measured.filter((metric) => missing.has(metric.id)).map((metric) => metric.id)
}

export interface MatrixColumn {
  key: string
  armKey: string | null
  round: number
}

export interface MatrixGroup {
  armKey: string | null
  label: string
  colorIndex: number | null
  columns: MatrixColumn[]
}

/** Columns of the matrix: the seeds, then each arm with its rounds. */
export function matrixGroups(detail: StudyDetail): MatrixGroup[] {
  const groups: MatrixGroup[] = []
  const roundsOf = (armKey: string | null) =>
    [...new Set(detail.cells.filter((cell) => cell.armKey === armKey).map((cell) => cell.round))].sort(
      (a, b) => a - b,
    )
  const columnsOf = (armKey: string | null) =>
    roundsOf(armKey).map((round) => ({ key: `${armKey ?? 'seeds'}-${round}`, armKey, round }))
  if (detail.cells.some((cell) => cell.armKey === null)) {
    groups.push({ armKey: null, label: 'Seeds', colorIndex: null, columns: columnsOf(null) })
  }
  for (const arm of detail.arms) {
    const columns = columnsOf(arm.key)
    if (columns.length > 0) {
      groups.push({ armKey: arm.key, label: arm.label, colorIndex: arm.colorIndex, columns })
    }
  }
  return groups
}
