import type { Capability } from '@/lib/backends/types'
import type { ColumnKind } from '@/lib/contracts/column-kinds'
import { AppError } from '@/lib/errors'
import { addedWords } from './added-words'
import { chatIfd } from './chat-ifd'
import { chatLoss } from './chat-loss'
import { cherryIfd } from './cherry-ifd'
import { cherryLoss } from './cherry-loss'
import { conditionalLossMetric } from './conditional-loss'
import { coverageOrder } from './coverage-order'
import { difficultyExpected } from './difficulty-expected'
import { difficultyLevel } from './difficulty-level'
import { difficultyScore } from './difficulty-score'
import { elimination } from './elimination'
import { firstTokenProbability } from './first-token-probability'
import { icIfd } from './ic-ifd'
import { health } from './health'
import { ifPass } from './if-pass'
import { ifd } from './ifd'
import { importedColumn } from './imported-column'
import { importedIfd } from './imported-ifd'
import { importedLevel } from './imported-level'
import { importedLoss } from './imported-loss'
import { importedMeanComplexity, importedMeanIfd, importedMeanReward } from './imported-means'
import { importedMnd } from './imported-mnd'
import { importedProbability } from './imported-probability'
import { instructionCharacters } from './instruction-characters'
import { instructionLossMetric } from './instruction-loss'
import { instructionWords } from './instruction-words'
import { language } from './language'
import { loss } from './loss'
import { mnd } from './mnd'
import { novelty } from './novelty'
import { parentLikeness } from './parent-likeness'
import { responseLossMetric } from './response-loss'
import { responseWords } from './response-words'
import { pairInstructions } from './pair-instructions'
import { pairResponses } from './pair-responses'
import { promptColumn } from './prompt-column'
import { reward } from './reward'
import { rubric } from './rubric'
import { compressionRatio } from './sets/compression-ratio'
import { distinctTags } from './sets/distinct-tags'
import { kCenter } from './sets/k-center'
import { nearestNeighbour } from './sets/nearest-neighbour'
import { ngramDiversity } from './sets/ngram-diversity'
import { novelSum } from './sets/novel-sum'
import { repeats } from './sets/repeats'
import { selfRepetition } from './sets/self-repetition'
import { vendiScore } from './sets/vendi-score'
import { superfilteringIfd } from './superfiltering-ifd'
import { superfilteringLoss } from './superfiltering-loss'
import { tagGroups } from './tag-groups'
import { tokens } from './tokens'
import { topicDrift } from './topic-drift'
import { tokenProbability } from './token-probability'
import type { MeasuredMetric, Metric, OutputSpec } from './types'
import { wordBudget } from './word-budget'
import { wording } from './wording'

export { describeParams } from '@/lib/contracts/describe-params'
export { describeMetric } from './describe'

/** Every metric, in the order in which lists show them. One line each. */
const METRICS: readonly Metric[] = [
  ifd,
  icIfd,
  mnd,
  novelty,
  coverageOrder,
  parentLikeness,
  topicDrift,
  difficultyLevel,
  difficultyScore,
  difficultyExpected,
  rubric,
  promptColumn,
  tagGroups,
  pairResponses,
  pairInstructions,
  reward,
  tokenProbability,
  instructionWords,
  instructionCharacters,
  responseWords,
  tokens,
  addedWords,
  wordBudget,
  wording,
  ifPass,
  health,
  language,
  elimination,
  instructionLossMetric,
  conditionalLossMetric,
  responseLossMetric,
  chatIfd,
  cherryIfd,
  superfilteringIfd,
  loss,
  chatLoss,
  cherryLoss,
  superfilteringLoss,
  firstTokenProbability,
  compressionRatio,
  ngramDiversity,
  selfRepetition,
  repeats,
  distinctTags,
  vendiScore,
  novelSum,
  kCenter,
  nearestNeighbour,
  importedMnd,
  importedIfd,
  importedLoss,
  importedProbability,
  importedLevel,
  importedMeanIfd,
  importedMeanComplexity,
  importedMeanReward,
  importedColumn,
]

/** Returns every registered metric in display order. */
export function listMetrics(): readonly Metric[] {
  return METRICS
}

/** Returns the metrics that can be computed, each in runs of its own. */
export function listMeasured(): MeasuredMetric[] {
  return METRICS.filter((metric) => metric.kind === 'measured').filter(
    (metric) => !metric.isImported,
  )
}

/** Returns the metrics whose values come with imported files. */
export function listImported(): MeasuredMetric[] {
  return METRICS.filter((metric) => metric.kind === 'measured').filter(
    (metric) => metric.isImported === true,
  )
}

/** Returns the metrics that are one number for a cell, computed or imported. */
export function listSetMeasures(): MeasuredMetric[] {
  return [...listMeasured(), ...listImported()].filter(({ set }) => set !== undefined)
}

function isInstance(metric: Metric, id: string): boolean {
  return (
    metric.kind === 'measured' && metric.instanceOf !== undefined && id.startsWith(`${metric.id}_`)
  )
}

/** Returns the metric with this id, or the metric that an instance belongs to; throws `not_found`. */
export function getMetric(id: string): Metric {
  const metric =
    METRICS.find((candidate) => candidate.id === id) ??
    METRICS.find((candidate) => isInstance(candidate, id))
  if (!metric) throw new AppError('not_found', `There is no metric "${id}".`)
  return metric
}

/** Returns the measured metric with this id; throws `not_found`, or `invalid_input` for a derived one. */
export function getMeasured(id: string): MeasuredMetric {
  const metric = getMetric(id)
  if (metric.kind === 'measured') return metric
  throw new AppError(
    'invalid_input',
    metric.kind === 'derived'
      ? `Metric "${id}" is computed on read. Run "${metric.from}" instead, which it reads.`
      : `Metric "${id}" is computed from the texts when it is read. It needs no run.`,
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

/** Returns the metric as its columns show it under these parameters: id and label of the instance, its own outputs. */
export function asColumns(metric: MeasuredMetric, params: unknown): MeasuredMetric {
  return { ...metric, ...columnsOwner(metric, params), outputs: outputsOf(metric, params) }
}

/** Returns the metric of a column that the user chose from a file, as its columns show it, with its parameters. */
export function columnMetric(
  column: string,
  kind: ColumnKind,
  definition?: string,
): { metric: MeasuredMetric; params: Record<string, unknown> } {
  const measured = getMeasured(importedColumn.id)
  const params = parseParams(measured, { column, kind, ...(definition ? { definition } : {}) })
  return { metric: asColumns(measured, params), params }
}

/** Returns the label of what a run measured; an id that this version does not know stands for itself. */
export function runLabel(id: string, params: unknown): string {
  const metric = METRICS.find((candidate) => candidate.id === id)
  if (metric) return metric.label
  const owner = METRICS.find((candidate) => isInstance(candidate, id))
  return owner?.kind === 'measured' ? columnsOwner(owner, params).label : id
}

/** Returns the metric with the inputs that it reads, and the other cell that it is compared with, under these parameters. */
export function withParams(metric: MeasuredMetric, params: unknown): MeasuredMetric {
  const { inputsFor, otherCell } = metric
  return {
    ...metric,
    ...(inputsFor ? { inputs: inputsFor(params) } : {}),
    ...(otherCell ? { otherCell: () => otherCell(params) } : {}),
  }
}

/**
 * Returns id and label under which runs with these parameters make columns: those of the metric, or of the instance that
 * the parameters choose (`<metric>_<key>`).
 */
export function columnsOwner(
  metric: MeasuredMetric,
  params: unknown,
): { id: string; label: string } {
  const instance = metric.instanceOf?.(params)
  return instance
    ? { id: `${metric.id}_${instance.key}`, label: instance.label }
    : { id: metric.id, label: metric.label }
}
