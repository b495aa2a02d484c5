import type { StoredResult } from '@/lib/contracts/results'
import { publishedLossRatio, publishedSource } from '@/lib/paper/published'
import { isMetricOfPaper, publishedResults } from '@/lib/paper/results'
import { pearson } from '@/lib/stats/correlation'
import { bootstrapInterval, fisherInterval, spearman } from '@/lib/stats/rank-correlation'
import type { ArmMark, FigureData } from '../types'
import {
  choice,
  choiceOfMeasure,
  choiceOfResults,
  columnChoice,
  mixOption,
  paperOption,
} from './options'
import type { PointAxis, PointPanel, PointsPrepared, SetMark } from './points'
import { repeatsOption, runLabel } from './repeats'
import { intervalOf } from './result-interval'
import { studentOption } from './result-lines'
import {
  comparableResults,
  drawnValue,
  PAPER_ARMS,
  paperClass,
  panelLabel,
  panelsOf,
  studentFor,
} from './result-marks'
import { studentOf } from './result-names'
import { armsOf, comparable, countAll } from './series'
import { meanOfSet, measureOfSet, trainedSets, type TrainedSet } from './set-points'
import { count, number3, plural } from './text'

/** What a length is measured by: words of instruction and input. */
export const LENGTH = 'instruction_words.with_input'

const NO_MEASURE = 'none'
// The column of a measure of a set; the numbers lie in the record beside it.
const COUNTED = 'counted'
/** Sets below which a rank correlation says next to nothing. */
export const FEW_SETS = 5
// With two sets every correlation is 1 or -1.
const FEWEST_SETS = 3
const RESAMPLES = 2000
const SEED = 1
// Free room at both ends of an axis, as a share of what is drawn.
const FREE = 0.08

const COLUMNS = {
  'ifd.strict': 'IFD',
  'ic_ifd.strict': 'IC-IFD',
  'difficulty_score.score': 'Difficulty score',
  'added_words.words': 'Added words',
}

/** Options of the figure that sets a metric against results. */
export const outcomeOptions = {
  x: columnChoice(
    {
      title: 'Metric',
      description: 'The column whose mean over the rows of each set is drawn.',
      inline: true,
    },
    ['scalar'],
    COLUMNS,
  ),
  set: choiceOfMeasure(
    { [NO_MEASURE]: 'None: the mean of the metric' },
    {
      title: 'Measure of the set',
      description: 'One number for each set, such as its compression ratio, instead of a mean.',
    },
  ),
  metric: choiceOfResults('metric', 'The one with most results', {
    title: 'Result',
    description: 'One metric of one benchmark.',
    inline: true,
  }),
  ...studentOption,
  ...repeatsOption,
  interval: choice(
    { bootstrap: 'Bootstrap over sets', fisher: "Fisher's" },
    {
      title: '95 % interval of the correlation',
      description: 'Percentiles over resampled sets, or by the transformation of Fisher.',
    },
  ),
  ...paperOption('Adds mean IFD and IC-IFD (Table 15) with the results of round 3 as hollow marks'),
  ...mixOption,
}

/** What is chosen of them. */
export interface OutcomeChoice extends Record<string, unknown> {
  x: string
  set: string
  metric: string
  student: string
  repeats: string
  interval: 'bootstrap' | 'fisher'
  paper: boolean
  mix: boolean
}

/** A panel of sets with its correlation. */
export interface SetPanel extends PointPanel {
  x: PointAxis
  sets: SetMark[]
  low: number | null
  high: number | null
  heading: string
}

/** What the figure draws: the length first, then the metric. */
export interface OutcomePrepared extends PointsPrepared {
  panels: SetPanel[]
  student: string
  source: string
}

/** Returns the column of the study behind the metric, and the number of the set where that is meant. */
export function columnOfOutcome({ x, set }: Pick<OutcomeChoice, 'x' | 'set'>) {
  if (set === NO_MEASURE) return { column: x, output: null }
  const [metric, output = ''] = set.split('.')
  return { column: `${metric}.${COUNTED}`, output }
}

function axisOver(
  values: readonly number[],
  named: Pick<PointAxis, 'column' | 'label' | 'unit'>,
): PointAxis {
  if (values.length === 0) return { ...named, scale: 'linear', from: 0, to: 1 }
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const free = FREE * (high - low || Math.abs(high) || 1)
  return { ...named, scale: 'linear', from: low - free, to: high + free }
}

/** A number of the paper: who, where on both axes. */
interface PublishedSet {
  arm: ArmMark
  x: number
  y: number
}

function publishedSets(
  column: string,
  first: StoredResult | null,
  armFor: (arm: 'small' | 'large') => ArmMark | null,
): PublishedSet[] {
  const kind = { 'ifd.strict': 'ifd', 'ic_ifd.strict': 'ic-ifd' }[column] as
    | 'ifd'
    | 'ic-ifd'
    | undefined
  if (!kind) return []
  return (['small', 'large'] as const).flatMap((name) => {
    const arm = armFor(name)
    const place = { seedSet: 'alpaca', round: 3, arm: name === 'small' ? 'slm' : 'llm' } as const
    const x = publishedLossRatio(kind, place)
    // Of the paper's benchmarks IFEval is that of Alpaca; without own results its four numbers are drawn as their mean.
    const found = publishedResults().filter(
      (result) =>
        result.fileId === 'table-10' &&
        result.mapping.round === 3 &&
        result.benchmark === 'IFEval' &&
        paperClass(result) === name &&
        (first === null || isMetricOfPaper(first, result)),
    )
    const values = found.flatMap(({ value }) => value ?? [])
    if (x === null || arm === null || values.length === 0) return []
    return [{ arm, x, y: values.reduce((sum, value) => sum + value, 0) / values.length }]
  })
}

function headingOf(rho: number | null, low: number | null, high: number | null, n: number): string {
  const interval = low === null || high === null ? '' : ` (${low.toFixed(2)} to ${high.toFixed(2)})`
  const told = rho === null ? 'no correlation' : `Spearman ${rho.toFixed(3)}${interval}`
  return `${told}, ${plural(n, 'set')}`
}

function panelOf(
  named: Pick<PointAxis, 'column' | 'label' | 'unit'>,
  points: readonly { set: TrainedSet; x: number; y: number }[],
  published: readonly PublishedSet[],
  method: OutcomeChoice['interval'],
): SetPanel {
  const counted = points.filter(({ set }) => !set.repeat)
  const n = counted.length
  const [x, y] = [counted.map((one) => one.x), counted.map((one) => one.y)]
  const rho = n < FEWEST_SETS ? null : spearman(x, y)
  const r = n < FEWEST_SETS ? null : pearson(x, y)
  const interval =
    n < FEW_SETS
      ? null
      : method === 'fisher'
        ? fisherInterval(x, y)
        : bootstrapInterval(x, y, { resamples: RESAMPLES, seed: SEED })
  const [low, high] = interval?.ok ? [interval.low, interval.high] : [null, null]
  const value = rho?.ok ? rho.value : null
  const own = points.map(({ set, ...at }): SetMark => {
    const bounds = intervalOf(set.result)
    const told =
      bounds.low === null || bounds.high === null
        ? ''
        : ` (${number3(bounds.low)}–${number3(bounds.high)})`
    const size = set.result.n === null ? 'n not stated' : `n ${count(set.result.n)}`
    return {
      key: set.key,
      label: set.label,
      arm: set.arm,
      ...at,
      low: bounds.low,
      high: bounds.high,
      published: false,
      detail: `${named.label} ${number3(at.x)}, result ${number3(at.y)}${told}, ${size}${set.repeat ? `, ${runLabel(set.result)}` : ''}`,
      selection: set.selection,
    }
  })
  const paper = published.map(({ arm, ...at }): SetMark => ({
    key: `paper ${arm.key}`,
    label: `Published, round 3, ${arm.label}`,
    arm: arm.key,
    ...at,
    low: null,
    high: null,
    published: true,
    detail: `${named.label} ${number3(at.x)}, result ${number3(at.y)}, paper`,
    selection: null,
  }))
  const sets = [...own, ...paper]
  const axis = axisOver(
    sets.map((one) => one.x),
    named,
  )
  const place = { row: 'sets', column: named.column, arm: null, seedSet: null, round: null }
  const counts = { off: 0, cells: [], points: [], partial: false }
  const found = { spearman: value, pearson: r?.ok ? r.value : null, low, high }
  return {
    ...place,
    ...counts,
    ...found,
    n,
    x: axis,
    sets,
    heading: headingOf(value, low, high, n),
  }
}

function correlationNotes(panels: readonly SetPanel[], chosen: OutcomeChoice): string[] {
  const most = Math.max(0, ...panels.map(({ n }) => n))
  const bounded = panels.some(({ low }) => low !== null)
  const method =
    chosen.interval === 'fisher'
      ? "by Fisher's transformation of the rank correlation, as if ranks were normal"
      : `percentiles over ${count(RESAMPLES)} resamples of the sets`
  return [
    ...(most > 0 && most < FEW_SETS
      ? [
          `Only ${plural(most, 'set')}: with fewer than ${FEW_SETS} a rank correlation is no evidence, and has no interval here.`,
        ]
      : []),
    ...(bounded ? [`95 % intervals: ${method}. Sets of one evolver are not independent.`] : []),
    ...(most > 0
      ? [
          'Length first: longer instructions change most metrics and results. What a metric shows beyond the length needs sets of equal length.',
        ]
      : []),
  ]
}

/** Returns each set of rows with a result as a point, for the length and for the metric. */
export function prepareOutcome(all: FigureData, chosen: OutcomeChoice): OutcomePrepared {
  const { column, output } = columnOfOutcome(chosen)
  const { data, conflicts } = comparable(all, column, chosen.mix)
  const counts = countAll(data, column)
  const results = all.results ?? { own: [], arms: [], seedSets: [], exports: [] }
  const mapped = results.own.filter(({ mapping }) => mapping.armKey !== null)
  const student = studentFor(mapped, chosen.student)
  const ofStudent = mapped.filter((result) => studentOf(result) === student)
  const [found] = panelsOf(ofStudent, chosen.metric).shown.toSorted(
    (a, b) => b.inside.length - a.inside.length,
  )
  const checked = found
    ? comparableResults(found, found.inside, chosen.mix)
    : { kept: [], conflicts: [] }
  const first = found?.inside[0] ?? null
  const { sets, notes } = trainedSets(
    all,
    [...checked.kept, ...results.own.filter(({ mapping }) => mapping.armKey === null)],
    chosen.repeats,
  )
  const info = all.columns[column]
  const described = output === null ? null : info?.sets?.find(({ key }) => key === output)
  const measure = {
    column,
    label: described?.label ?? info?.label ?? COLUMNS[column as keyof typeof COLUMNS] ?? column,
    unit: described?.unit ?? info?.unit ?? '',
  }
  const words = { column: LENGTH, label: 'Words', unit: 'words' }
  const inData = new Set(data.series.map(({ key }) => key))
  const read = (set: TrainedSet): number | null => {
    if (output !== null) return measureOfSet(set, column, output)
    // A cell under another definition is on no common axis.
    return set.series.every(({ key }) => inData.has(key)) ? meanOfSet(set, column) : null
  }
  const values = sets.flatMap((set) => {
    const [x, length, y] = [read(set), meanOfSet(set, LENGTH), drawnValue(set.result)]
    return x === null || length === null || y === null ? [] : [{ set, x, length, y }]
  })
  const armFor = (name: 'small' | 'large') =>
    first === null
      ? (PAPER_ARMS[name] ?? null)
      : (results.arms.find(({ armClass }) => armClass === name) ?? null)
  const published = chosen.paper && output === null ? publishedSets(column, first, armFor) : []
  const lengths = values.map(({ length, ...rest }) => ({ ...rest, x: length }))
  const panels = [
    panelOf(words, lengths, [], chosen.interval),
    ...(column === LENGTH ? [] : [panelOf(measure, values, published, chosen.interval)]),
  ].filter((panel) => panel.sets.length > 0)
  const shown = panels.flatMap((panel) => panel.sets)
  const y = axisOver(
    shown.flatMap((one) => [one.y, one.low, one.high].flatMap((value) => value ?? [])),
    {
      column: '',
      label: first ? panelLabel(first) : 'IFEval, mean of its four accuracies',
      unit: first && found ? found.unit : '%',
    },
  )
  const without = sets.length - values.length
  const isCut = sets.some(({ series }) => series.some(({ n, cellRows }) => n < cellRows))
  const { paper, source } = publishedSource('lossRatios')
  const marks = [
    ...results.arms,
    ...armsOf(all, countAll(all, LENGTH)),
    ...Object.values(PAPER_ARMS),
  ]
  const arms = [
    ...new Map(
      marks.map(({ key, label, colorIndex }) => [key, { key, label, colorIndex }]),
    ).values(),
  ].filter(({ key }) => shown.some(({ arm }) => arm === key))
  return {
    rows: [{ key: 'sets', label: '' }],
    columns: panels.map(({ x }) => ({
      key: x.column,
      label: x.unit && x.unit !== x.label.toLowerCase() ? `${x.label} (${x.unit})` : x.label,
    })),
    view: 'points',
    x: { ...axisOver([], { column: '', label: 'Mean over the rows of each set', unit: '' }) },
    y,
    lattice: [1, 1],
    steps: [],
    panels,
    extra: null,
    student,
    source: published.length > 0 ? `${paper}, ${source}` : '',
    arms,
    counts,
    conflicts: [...conflicts, ...checked.conflicts],
    notes: [
      ...(student && values.length > 0 ? [`Student: ${student}.`] : []),
      ...(first === null && results.own.length === 0
        ? ['This study has no results: import them on the Results page.']
        : []),
      ...correlationNotes(panels, chosen),
      ...(without > 0
        ? [`${plural(without, 'set')} not drawn: no value of the metric, or none of the result.`]
        : []),
      ...(isCut
        ? ['The filter leaves out rows that the models were trained on: means are of the rest.']
        : []),
      ...notes,
      ...(published.length > 0
        ? [
            'Published means (Alpaca, round 3) name no scoring model and the results no evaluation tool: to be looked at beside own ones, and in no correlation.',
          ]
        : []),
      ...(chosen.paper && published.length === 0
        ? ['The paper prints mean IFD and IC-IFD only, of Alpaca in round 3 with IFEval.']
        : []),
    ],
  }
}
