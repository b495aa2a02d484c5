import type { OfResults } from '@/lib/contracts/options'
import {
  benchmarkKey,
  percentOf,
  whyNotComparable,
  type ResultModel,
  type StoredResult,
} from '@/lib/contracts/results'
import { SEEDS_KEY, SEEDS_LABEL } from '@/lib/contracts/seeds'
import { isMetricOfPaper, publishedResults } from '@/lib/paper/results'
import type { ArmMark, FacetAxis, FigureConflict, FigureResults, SeriesCount } from '../types'
import { AUTO } from './options'
import { repeatsAmong, runChoices, runLabel } from './repeats'
import { intervalOf, type ResultInterval } from './result-interval'
import { panelKey, studentOf } from './result-names'
import { plural } from './text'

/** One number of a benchmark where it is drawn, in percent where it is a share. */
export interface ResultMark extends ResultInterval {
  panel: string
  arm: string
  place: string
  value: number | null
  n: number | null
  k: number | null
  published: number | null
  /** Key of the benchmark, as the results page has it. */
  benchmark: string
  /** Why there is no value. */
  missing: string | null
  /** Model and file of the number; null = it is the paper's. */
  run: string | null
  /** What its model was trained on; null = it is the paper's, or a difference of two. */
  trained: ResultModel | null
  /** Set where another result stands for the point. */
  repeat?: true
}

/** A panel: one metric of one benchmark. */
export interface ResultPanel extends FacetAxis {
  unit: string
}

/** Benchmark results laid out for a figure. */
export interface ResultMarks {
  panels: ResultPanel[]
  marks: ResultMark[]
  arms: ArmMark[]
  counts: SeriesCount[]
  conflicts: FigureConflict[]
  notes: string[]
}

/** What a figure of results chooses from them. */
export interface ResultChoice {
  student?: string
  writer?: string
  repeats: string
  metric: string
  paper: boolean
  mix: boolean
}

/** How a figure lays results out. */
export interface ResultLayout {
  /** Where a result stands along the axis, null where its model is not said to have that. */
  place(result: StoredResult): string | null
  /** What a model must be said to have: "a round". */
  needs: string
  /** Whether a published number belongs into the figure. */
  paper(result: StoredResult): boolean
}

// As many as the paper's figures have; a folder of MMLU alone brings hundreds of metrics.
const MOST_PANELS = 8
// A message that names more results than this is not read.
const MOST_NAMED = 20

/** Returns a metric of a benchmark in words. */
export function panelLabel({ benchmark, subBenchmark, metric }: StoredResult): string {
  return `${[benchmark, subBenchmark].filter(Boolean).join(': ')}, ${metric}`
}

const writerOf = ({ mapping }: StoredResult) => mapping.writer ?? ''

/** Returns the students, metrics, response models or runs of results, each once, as choices of an option. */
export function resultChoices(
  own: readonly StoredResult[],
  of: OfResults,
): { value: string; label: string }[] {
  if (of === 'run') return runChoices(own)
  const names = {
    student: (result: StoredResult) => [studentOf(result), studentOf(result)] as const,
    writer: (result: StoredResult) => [writerOf(result), writerOf(result)] as const,
    metric: (result: StoredResult) => [panelKey(result), panelLabel(result)] as const,
  }
  const found = new Map(own.map(names[of]).filter(([value]) => value !== ''))
  return [...found].map(([value, label]) => ({ value, label }))
}

/** Returns the value of a result as figures draw it: in percent where it is a share. */
export function drawnValue(result: StoredResult): number | null {
  return percentOf(result) ?? result.value
}

const isSharePercent = ({ unit }: StoredResult) => unit === 'percent' || unit === 'fraction'

/** Returns the class of evolver that a published result is of. */
export function paperClass(result: StoredResult): 'small' | 'large' | 'seeds' | null {
  const arm = result.mapping.armKey ?? ''
  if (arm === SEEDS_KEY) return 'seeds'
  if (arm.startsWith('SLM')) return 'small'
  return arm.startsWith('LLM') ? 'large' : null
}

const SEEDS_MARK: ArmMark = { key: SEEDS_KEY, label: SEEDS_LABEL, colorIndex: null }
/** Evolvers of published results where the study has no own ones. */
export const PAPER_ARMS: Readonly<Record<string, ArmMark>> = {
  small: { key: 'small', label: 'SLM (published)', colorIndex: 0 },
  large: { key: 'large', label: 'LLM (published)', colorIndex: 1 },
  seeds: SEEDS_MARK,
}

/** Whether two results were measured alike in all that a comparison asks for, which needs no reasons. */
function isAlike(a: StoredResult, b: StoredResult): boolean {
  return (
    a.fileId === b.fileId &&
    a.benchmark === b.benchmark &&
    a.subBenchmark === b.subBenchmark &&
    a.metric === b.metric &&
    a.unit === b.unit &&
    a.harness === b.harness &&
    a.harnessVersion === b.harnessVersion &&
    a.fewShot === b.fewShot &&
    a.templateHash === b.templateHash
  )
}

/** Returns what is said of results, of the first so many each. */
function named(results: readonly StoredResult[], say: (result: StoredResult) => string): string[] {
  const rest = results.length - MOST_NAMED
  return [
    ...results.slice(0, MOST_NAMED).map(say),
    ...(rest > 0 ? [`${rest.toLocaleString('en-US')} more`] : []),
  ]
}

/** Returns the largest class of results that can be compared with each other; others are named as conflict. */
export function comparableResults(panel: FacetAxis, found: readonly StoredResult[], mix: boolean) {
  const groups: StoredResult[][] = []
  for (const result of found) {
    const fits = groups.find(
      ([first]) =>
        first && (isAlike(first, result) || whyNotComparable(first, result).length === 0),
    )
    if (fits) fits.push(result)
    else groups.push([result])
  }
  groups.sort((a, b) => b.length - a.length)
  if (groups.length < 2) return { kept: found, conflicts: [] }
  const conflict: FigureConflict = {
    column: panel.key,
    label: panel.label,
    mixed: mix,
    definitions: groups.map((group, at) => ({
      hash: `kind ${at + 1}`,
      series: named(group, ({ model, fileName, harness, harnessVersion, fewShot }) =>
        [
          `${model} in ${fileName}`,
          [harness, harnessVersion].filter(Boolean).join(' '),
          fewShot === null ? '' : plural(fewShot, 'example'),
        ]
          .filter(Boolean)
          .join(', '),
      ),
    })),
  }
  return { kept: mix ? found : (groups[0] ?? []), conflicts: [conflict] }
}

/** Returns the name that is drawn: the one chosen, else the one with most results. */
function nameFor(
  own: readonly StoredResult[],
  chosen: string,
  nameOf: (result: StoredResult) => string,
): string {
  if (chosen !== AUTO) return chosen
  const sizes = new Map<string, number>()
  for (const result of own) sizes.set(nameOf(result), (sizes.get(nameOf(result)) ?? 0) + 1)
  return [...sizes].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? ''
}

/** Returns the student that is drawn: the one chosen, else the one with most results. */
export function studentFor(own: readonly StoredResult[], chosen: string): string {
  return nameFor(own, chosen, studentOf)
}

/** Adds a value to the list that a key has, which may be its first. */
export function pushTo<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

/** Returns the results of the metrics that are drawn, and how many metrics are left. */
export function panelsOf(results: readonly StoredResult[], metric: string, most = MOST_PANELS) {
  const found = new Map<string, StoredResult[]>()
  for (const result of results) {
    const key = panelKey(result)
    if (metric === AUTO || metric === key) pushTo(found, key, result)
  }
  const all = [...found].map(([key, inside]) => {
    const first = inside[0] as StoredResult
    const unit = isSharePercent(first) ? '%' : first.unit
    return { key, label: panelLabel(first), unit, inside, isPublished: isMetricOfPaper(first) }
  })
  // The metrics of the study first, then those of which most is known; otherwise in the order of the files.
  const shown = all
    .toSorted(
      (a, b) => Number(b.isPublished) - Number(a.isPublished) || b.inside.length - a.inside.length,
    )
    .slice(0, most)
  return { shown: all.filter((panel) => shown.includes(panel)), left: all.length - shown.length }
}

function countsOf(
  arms: readonly ArmMark[],
  marks: readonly ResultMark[],
  isPaperOnly: boolean,
): SeriesCount[] {
  return arms.map(({ key, label }) => {
    const own = marks.filter(({ arm, value, missing }) => {
      return arm === key && (isPaperOnly || value !== null || missing !== null)
    })
    const missing: Record<string, number> = {}
    for (const mark of own) {
      if (mark.missing !== null) missing[mark.missing] = (missing[mark.missing] ?? 0) + 1
    }
    const valued = own.filter((mark) => mark.missing === null).length
    const base = { n: own.length, valued, missing, done: own.length, total: own.length }
    const place = { arm: key, seedSetKey: '', round: 0, runId: null, definitionHash: '' }
    return { seriesKey: key, label, ...place, ...base }
  })
}

function leftOut(results: FigureResults, layout: ResultLayout): string[] {
  const open = results.own.filter(({ mapping }) => mapping.armKey === null).length
  const unplaced = results.own.filter(
    (result) => result.mapping.armKey !== null && layout.place(result) === null,
  ).length
  return [
    ...(open > 0
      ? [
          `${plural(open, 'result')} left out: it is not said which evolver's data the model was trained on. Say it on the Results page.`,
        ]
      : []),
    ...(unplaced > 0
      ? [`${plural(unplaced, 'result')} left out: the model is not said to have ${layout.needs}.`]
      : []),
  ]
}

/** Returns the benchmark results that a figure draws, each where it stands, with published numbers beside them where they are wanted. */
export function resultMarks(
  results: FigureResults,
  choice: ResultChoice,
  layout: ResultLayout,
  most = MOST_PANELS,
): ResultMarks {
  const placed = results.own.filter(
    (result) => result.mapping.armKey !== null && layout.place(result) !== null,
  )
  const student = choice.student === undefined ? null : studentFor(placed, choice.student)
  const ofStudent = placed.filter((result) => student === null || studentOf(result) === student)
  const writer = choice.writer === undefined ? null : nameFor(ofStudent, choice.writer, writerOf)
  const own = ofStudent.filter((result) => writer === null || writerOf(result) === writer)
  const otherWriters = ofStudent.length - own.length
  const paper = choice.paper ? publishedResults().filter(layout.paper) : []
  const isPaperOnly = own.length === 0 && paper.length > 0
  const { shown, left } = panelsOf(isPaperOnly ? paper : own, choice.metric, most)

  const armMarks = new Map<string, ArmMark>([
    [SEEDS_KEY, SEEDS_MARK],
    ...results.arms.map((arm) => [arm.key, arm] as const),
  ])
  const armOfPaper = (result: StoredResult): ArmMark | null => {
    const name = paperClass(result)
    if (name === null) return null
    if (isPaperOnly || name === 'seeds') return PAPER_ARMS[name] ?? null
    return results.arms.find(({ armClass }) => armClass === name) ?? null
  }

  const marks = new Map<string, ResultMark>()
  const conflicts: FigureConflict[] = []
  const repeats = repeatsAmong(results.own, choice.repeats)
  for (const { inside, ...panel } of shown) {
    const first = inside[0] as StoredResult
    const base = { panel: panel.key, benchmark: benchmarkKey(first.benchmark) }
    const checked = comparableResults(panel, isPaperOnly ? [] : inside, choice.mix)
    conflicts.push(...checked.conflicts)
    const points = new Map<string, StoredResult[]>()
    for (const result of checked.kept) {
      const place = layout.place(result) ?? ''
      const key = JSON.stringify([panel.key, result.mapping.armKey ?? '', place])
      pushTo(points, key, result)
    }
    for (const [key, several] of points) {
      repeats.drawn(several).forEach((result, at) => {
        const { mapping, n, k, missing } = result
        marks.set(at === 0 ? key : `${key} ${at}`, {
          ...base,
          arm: mapping.armKey ?? '',
          place: layout.place(result) ?? '',
          ...intervalOf(result),
          value: drawnValue(result),
          n,
          k,
          published: null,
          missing,
          run: runLabel(result),
          trained: mapping,
          ...(at === 0 ? {} : { repeat: true }),
        })
      })
    }
    for (const result of paper) {
      const arm = armOfPaper(result)
      const isSame = isPaperOnly ? panelKey(result) === panel.key : isMetricOfPaper(first, result)
      if (!isSame || !arm) continue
      const at = { arm: arm.key, place: layout.place(result) ?? '' }
      const key = JSON.stringify([panel.key, at.arm, at.place])
      const nothing = { value: null, low: null, high: null, basis: null, n: null, k: null }
      const unknown = { missing: null, run: null, trained: null }
      const before = marks.get(key) ?? { ...base, ...at, ...nothing, ...unknown }
      marks.set(key, { ...before, published: result.value })
    }
  }
  const list = [...marks.values()]
  const arms = [...armMarks.values(), ...(isPaperOnly ? Object.values(PAPER_ARMS) : [])]
    .filter(({ key }, at, all) => all.findIndex((one) => one.key === key) === at)
    .filter(({ key }) => list.some(({ arm }) => arm === key))
    .map(({ key, label, colorIndex }): ArmMark => ({ key, label, colorIndex }))
  const bare = list.filter(({ value, low }) => value !== null && low === null).length
  const notes = [
    ...(student ? [`Student: ${student}.`] : []),
    ...(writer ? [`Responses written by ${writer}.`] : []),
    ...(otherWriters > 0
      ? [
          `${plural(otherWriters, 'result')} not drawn: ${writer ? 'another response model, or none that is stated' : 'a stated response model, where most have none'}. Choose with the option Response model.`,
        ]
      : []),
    ...(isPaperOnly ? ['Published numbers only: this study has no result for this figure.'] : []),
    ...(left > 0
      ? [`${plural(left, 'more metric')} not drawn: choose one with the option Metric.`]
      : []),
    ...repeats.notes(),
    ...(bare > 0
      ? [
          `${plural(bare, 'result')} without an interval: no n that fits and no standard error is stated.`,
        ]
      : []),
    ...leftOut(results, layout),
    ...(choice.paper && !isPaperOnly && list.length > 0 && list.every((m) => m.published === null)
      ? ['The paper prints no numbers for these metrics, evolvers and places.']
      : []),
    ...(choice.paper && !isPaperOnly && list.some((mark) => mark.published !== null)
      ? [
          'Published numbers stand beside own ones for orientation only: the paper names no evaluation tool, version or prompt, so no difference from them is judged.',
        ]
      : []),
  ]
  const panels = shown.map(({ key, label, unit }) => ({ key, label, unit }))
  const counts = countsOf(arms, list, isPaperOnly)
  return { panels, marks: list, arms, counts, conflicts, notes }
}
