import type { Capability } from '@/lib/backends/types'
import { AppError } from '@/lib/errors'
import { conditionalLossMetric } from './conditional-loss'
import { difficultyLevel } from './difficulty-level'
import { difficultyScore } from './difficulty-score'
import { firstTokenProbability } from './first-token-probability'
import { icIfd } from './ic-ifd'
import { ifd } from './ifd'
import { instructionLossMetric } from './instruction-loss'
import { loss } from './loss'
import { mnd } from './mnd'
import { responseLossMetric } from './response-loss'
import { tokenProbability } from './token-probability'
import type { DerivedMetric, MeasuredMetric, Metric, OutputSpec } from './types'

export { describeMetric, describeParams } from './describe'

/** Every metric, in the order in which lists show them. One line each. */
const METRICS: readonly Metric[] = [
  ifd,
  icIfd,
  mnd,
  difficultyLevel,
  difficultyScore,
  tokenProbability,
  instructionLossMetric,
  conditionalLossMetric,
  responseLossMetric,
  loss,
  firstTokenProbability,
]

/** Returns every registered metric in display order. */
export function listMetrics(): readonly Metric[] {
  return METRICS
}

/** Returns the metrics that make runs. */
export function listMeasured(): MeasuredMetric[] {
  return METRICS.filter((metric) => metric.kind === 'measured')
}

/** Returns the metrics that are computed on read from the columns of a measured one. */
export function listDerived(from?: string): DerivedMetric[] {
  return METRICS.filter((metric) => metric.kind === 'derived').filter(
    (metric) => from === undefined || metric.from === from,
  )
}

/** Returns the metric with this id; throws `not_found`. */
export function getMetric(id: string): Metric {
  const metric = METRICS.find((candidate) => candidate.id === id)
  if (!metric) throw new AppError('not_found', `There is no metric "${id}".`)
  return metric
}

/** Returns the measured metric with this id; throws `not_found`, or `invalid_input` for a derived one. */
export function getMeasured(id: string): MeasuredMetric {
  const metric = getMetric(id)
  if (metric.kind === 'measured') return metric
  throw new AppError(
    'invalid_input',
    `Metric "${id}" is computed on read. Run "${metric.from ?? id}" instead, which it reads.`,
  )
}

/** Returns the parameters with defaults filled in; throws `invalid_input` naming each wrong field. */
export function parseParams(metric: MeasuredMetric, params: unknown): Record<string, unknown> {
  const parsed = metric.params.safeParse(params ?? {})
  if (parsed.success) return parsed.data as Record<string, unknown>
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new AppError('invalid_input', `Parameters of "${metric.id}": ${problems.join('; ')}`)
}

/** Returns the capabilities that a metric needs under these parameters. */
export function needsOf(metric: MeasuredMetric, params: unknown): Capability[] {
  return [...new Set([...metric.needs, ...(metric.needsFor?.(params) ?? [])])]
}

/** Returns the outputs that a metric has under these parameters. */
export function outputsOf(metric: MeasuredMetric, params: unknown): readonly OutputSpec[] {
  return metric.outputsFor?.(params) ?? metric.outputs
}
