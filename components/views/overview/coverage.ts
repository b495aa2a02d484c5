import type { MetricInfo } from '@/lib/contracts/compute'
import type { CellInfo, StudyDetail } from '@/lib/contracts/study'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'

export interface MetricCoverage {
  metric: MetricInfo
  done: number
  valued: number
  total: number
  /** The values were measured under an older alignment, so the metric counts as missing. */
  isOutdated: boolean
}

/**
 * Metrics that seeds cannot have: every evolved cell has them and no seed cell does, because they compare a row with
 * its parent.
 */
function evolvedOnly(cells: readonly CellInfo[]): ReadonlySet<string> {
  const of = (some: readonly CellInfo[]) =>
    new Set(some.flatMap((cell) => cell.metrics.map((one) => one.metric)))
  const seeds = of(cells.filter((cell) => cell.armKey === null))
  const evolved = cells.filter((cell) => cell.armKey !== null)
  const everywhere = [...of(evolved)].filter((metric) =>
    evolved.every((cell) => cell.metrics.some((one) => one.metric === metric)),
  )
  return new Set(everywhere.filter((metric) => !seeds.has(metric)))
}

export interface Coverage {
  /** How far each measured metric that can be computed in the cell has come, in the order of the registry. */
  of(cell: CellInfo): MetricCoverage[]
  /** Measured metrics that some of these cells lack, wholly or in part. */
  missingIn(cells: readonly CellInfo[]): string[]
}

export function isComplete(coverage: MetricCoverage): boolean {
  return !coverage.isOutdated && coverage.done >= coverage.total
}

export function studyCoverage(all: readonly CellInfo[], measured: readonly MetricInfo[]): Coverage {
  const notForSeeds = evolvedOnly(all)
  const of = (cell: CellInfo) =>
    measured
      .filter((metric) => !metric.onDemand)
      .filter((metric) => cell.armKey !== null || !notForSeeds.has(metric.id))
      .map((metric) => {
        const run = cell.metrics.find((one) => one.metric === metric.id)
        const { done = 0, valued = 0, isOutdated = false } = run ?? {}
        return { metric, done, valued, total: cell.rowCount, isOutdated }
      })
  return {
    of,
    missingIn: (cells) => {
      const lacking = cells.flatMap((cell) => of(cell).filter((one) => !isComplete(one)))
      const ids = new Set(lacking.map((one) => one.metric.id))
      return measured.filter((metric) => ids.has(metric.id)).map((metric) => metric.id)
    },
  }
}

interface MatrixColumn {
  key: string
  armKey: string | null
  round: number
}

interface MatrixGroup {
  armKey: string | null
  label: string
  colorIndex: number | null
  columns: MatrixColumn[]
}

/** Columns of the matrix: the seeds, then each arm with its rounds. */
export function matrixGroups(detail: StudyDetail): MatrixGroup[] {
  const groups: MatrixGroup[] = []
  const roundsOf = (armKey: string | null) =>
    [
      ...new Set(detail.cells.filter((cell) => cell.armKey === armKey).map((cell) => cell.round)),
    ].sort((a, b) => a - b)
  const columnsOf = (armKey: string | null) =>
    roundsOf(armKey).map((round) => ({ key: `${armKey ?? 'seeds'}-${round}`, armKey, round }))
  if (detail.cells.some((cell) => cell.armKey === null)) {
    groups.push({ armKey: null, label: SEEDS_LABEL, colorIndex: null, columns: columnsOf(null) })
  }
  for (const arm of detail.arms) {
    const columns = columnsOf(arm.key)
    if (columns.length > 0) {
      groups.push({ armKey: arm.key, label: arm.label, colorIndex: arm.colorIndex, columns })
    }
  }
  return groups
}
