import { asColumns, getMetric, listMetrics } from '@/lib/metrics'
import type {
  DerivedMetric,
  DerivedVariant,
  MeasuredMetric,
  Metric,
  OutputSpec,
  TextMetric,
  TextVariant,
} from '@/lib/metrics/types'
import { isFormulaColumn, type Formula } from '@/lib/contracts/formula'
import type { ColumnInfo } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import type { NamedColumn } from '@/lib/formulas/check'
import { FLAG_LEVELS } from '@/lib/metrics/health/flag-output'
import type { RunKey } from './runs'

/** A variant of a metric of the texts. */
export interface TextSource {
  kind: 'text'
  metric: TextMetric
  variant: TextVariant
}

/** A formula column of the study. */
export interface FormulaSource {
  kind: 'formula'
  metric: Pick<Metric, 'id' | 'label' | 'formula' | 'source'>
  variant: DerivedVariant
  stored: Formula
}

/** What a column id names: an output of a measured metric, a variant of one that is computed on read, or a formula. */
export type ColumnSource =
  | { kind: 'measured'; metric: MeasuredMetric; output: OutputSpec }
  | { kind: 'derived'; metric: DerivedMetric; variant: DerivedVariant }
  | TextSource
  | FormulaSource

function sourcesOf(metric: Metric): ColumnSource[] {
  switch (metric.kind) {
    case 'measured':
      return metric.outputs.map((output) => ({ kind: 'measured', metric, output }))
    case 'derived':
      return metric.variants.map((variant) => ({ kind: 'derived', metric, variant }))
    case 'text':
      return metric.variants.map((variant) => ({ kind: 'text', metric, variant }))
  }
}

/** Returns the source of a formula column. */
function formulaSource(stored: Formula): FormulaSource {
  const { name, column, text, type, levels, version, hash } = stored
  const metric = parseColumnId(column)
  const yesNo = type === 'flag' ? FLAG_LEVELS : levels
  const description = `Formula column, version ${version}.`
  return {
    kind: 'formula',
    stored,
    metric: {
      id: metric.metric,
      label: name,
      formula: stored.expression,
      source: `Formula of this study, version ${version}, ${hash}`,
    },
    variant: {
      key: metric.key,
      label: name,
      description,
      output: {
        key: metric.key,
        label: name,
        shape: yesNo ? 'enum' : 'scalar',
        dtype: 'f64',
        ...(yesNo ? { levels: yesNo } : {}),
        unit: '',
        direction: 'none',
        directionMeans: '',
        description: text,
        isChosen: true,
      },
    },
  }
}

function keyOf(source: ColumnSource): string {
  return source.kind === 'measured' ? source.output.key : source.variant.key
}

/** Returns metric and key of a column id, with the run id that may follow. */
export function parseColumnId(id: string): { metric: string; key: string; runId: string | null } {
  const [name = '', runId = null] = id.split('@')
  const dot = name.indexOf('.')
  return { metric: name.slice(0, dot), key: name.slice(dot + 1), runId }
}

/**
 * Returns the instances of a metric (rubrics, columns of files) that runs made, each once, as metrics with outputs of
 * their own: the first made first, so that columns of a file stay in its order.
 */
function instances(metric: MeasuredMetric, runs: readonly RunKey[]): MeasuredMetric[] {
  const found = new Map<string, MeasuredMetric>()
  const firstRun = new Map<string, number>()
  for (const { metricId, params, no } of runs) {
    firstRun.set(metricId, Math.min(no, firstRun.get(metricId) ?? no))
    if (found.has(metricId) || !metricId.startsWith(`${metric.id}_`)) continue
    const parsed = metric.params.safeParse(params)
    if (parsed.success) found.set(metricId, { ...asColumns(metric, parsed.data), id: metricId })
  }
  const made = (id: string) => firstRun.get(id) ?? 0
  return [...found.values()].toSorted((a, b) => made(a.id) - made(b.id))
}

/** Returns the registered metrics, those made of instances replaced by the instances that the runs have. */
function metricsOf(runs: readonly RunKey[]): Metric[] {
  return listMetrics().flatMap((metric) =>
    metric.kind === 'measured' && metric.instanceOf ? instances(metric, runs) : [metric],
  )
}

/**
 * Returns the output or variant that a column id names, or null when there is none. Columns of instances (rubrics) are
 * known by the study's runs only, formulas by the study's formulas.
 */
export function findSource(
  columnId: string,
  runs: readonly RunKey[] = [],
  formulas: readonly Formula[] = [],
): ColumnSource | null {
  if (isFormulaColumn(columnId)) {
    const stored = formulas.find(({ column }) => column === columnId)
    return stored ? formulaSource(stored) : null
  }
  const { metric: metricId, key } = parseColumnId(columnId)
  const isAsked = ({ id }: Metric) => id === metricId
  // Most columns are of registered metrics, and are asked for many times a request.
  const registered = listMetrics().find(isAsked)
  const isWhole = registered && !(registered.kind === 'measured' && registered.instanceOf)
  const metric = isWhole ? registered : metricsOf(runs).find(isAsked)
  return (metric && sourcesOf(metric).find((source) => keyOf(source) === key)) ?? null
}

/** Returns the source of a column id among the study's; `not_found` names the id. */
export function requireSource(
  columnId: string,
  runs: readonly RunKey[],
  formulas: readonly Formula[],
): ColumnSource {
  const source = findSource(columnId, runs, formulas)
  if (!source) {
    throw new AppError(
      'not_found',
      `There is no metric column "${columnId}". Choose one of the list.`,
    )
  }
  return source
}

/** Returns the measured metric whose runs feed a source; null when it reads the texts alone or other columns. */
export function fedBy(source: ColumnSource): string | null {
  if (source.kind === 'text' || source.kind === 'formula') return null
  return source.kind === 'measured' ? source.metric.id : source.metric.from
}

/** Returns the outputs that a derived metric reads. */
export function readsOf(metric: DerivedMetric): OutputSpec[] {
  const measured = getMetric(metric.from)
  const outputs = measured.kind === 'measured' ? measured.outputs : []
  return metric.reads.map((key) => {
    const output = outputs.find((candidate) => candidate.key === key)
    if (!output)
      throw new AppError(
        'internal',
        `Metric ${metric.id} reads ${key}, which ${metric.from} lacks.`,
      )
    return output
  })
}

/** Returns the output's description whichever kind the source is. */
export function outputOf(source: ColumnSource): OutputSpec {
  return source.kind === 'measured' ? source.output : source.variant.output
}

/** Returns a column as formulas know it by its id. */
export function describeNamed(id: string, source: ColumnSource): NamedColumn {
  const { shape, levels = null } = outputOf(source)
  return { id, label: id, metric: source.metric.id, isDefault: false, shape, levels }
}

function describe(source: ColumnSource, run: RunKey | null, isDefault: boolean): ColumnInfo {
  const { metric } = source
  const output = outputOf(source)
  const variant = source.kind === 'measured' ? null : source.variant
  return {
    id: `${metric.id}.${keyOf(source)}`,
    metric: metric.id,
    fromMetric: fedBy(source) ?? metric.id,
    runId: run?.id ?? null,
    label: variant?.label ?? output.label,
    shortLabel: output.label,
    group: metric.label,
    shape: output.shape,
    levels: output.levels ? [...output.levels] : null,
    unit: output.unit,
    range: output.range ? [output.range[0], output.range[1]] : null,
    direction: output.direction,
    directionMeans: output.directionMeans,
    description: variant?.description || output.description,
    formula: metric.formula,
    source: metric.source,
    isDefault,
    hidden: output.hidden ?? false,
  }
}

/**
 * Returns every column that the runs can fill, in the registry's order; with `all`, also those that no run has filled
 * yet (`runId` null while `fromMetric` is measured), and the study's formulas. The first visible column of a metric that
 * has a direction is its default.
 */
export function describeColumns(
  runList: readonly RunKey[],
  formulas: readonly Formula[],
  all = false,
): ColumnInfo[] {
  const columns: ColumnInfo[] = []
  for (const metric of metricsOf(runList)) {
    const sources = sourcesOf(metric)
    // A property of the tokenizer is a column, but nobody's first question.
    const shown = sources.find((source) => {
      const { hidden, direction, isChosen } = outputOf(source)
      return !hidden && (direction !== 'none' || isChosen)
    })
    for (const source of sources) {
      const fed = fedBy(source)
      const run = runList.find((candidate) => candidate.metricId === fed) ?? null
      // Nobody can compute what only a file brings along.
      const canRun = all && !(metric.kind === 'measured' && metric.isImported)
      if (fed !== null && !run && !canRun) continue
      columns.push(describe(source, run, source === shown))
    }
  }
  return [...columns, ...formulas.map((one) => describe(formulaSource(one), null, true))]
}
