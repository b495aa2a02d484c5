import { SEEDS_KEY } from '@/lib/contracts/seeds'
import type { FigureSelection, FigureTable, PreparedCommon } from '../types'
import { differenceOf } from './result-interval'
import type { ResultMark, ResultPanel } from './result-marks'
import { intervalColumns } from './overlay'
import { count, labelOf, list, number3, plural, unitless } from './text'

/** What texts and table of a figure of results are made from. */
export interface ResultsShown extends PreparedCommon {
  panels: ResultPanel[]
  marks: ResultMark[]
  /** What the places are: "Round". */
  placeLabel: string
  placeNames: Record<string, string>
  paperShown: boolean
}

const BASIS = { wilson: 'Wilson, k of n', stderr: 'stated standard error' } as const

/** Returns what is said of a number when it is pointed at: value, k of n, interval. */
export function markText({
  value,
  low,
  high,
  basis,
  n,
  k,
  published,
  missing,
  run,
  repeat,
}: ResultMark): string {
  const paper = published === null ? '' : `, paper ${number3(published)}`
  if (value === null)
    return `${missing === null ? 'no own result' : missing.replaceAll('_', ' ')}${paper}`
  const of =
    n === null ? ', n not stated' : k === null ? `, n ${count(n)}` : `, ${count(k)} of ${count(n)}`
  const interval =
    low === null || high === null
      ? ', no interval'
      : ` (${number3(low)}–${number3(high)}${basis === 'stderr' ? ', from its standard error' : ''})`
  return `${number3(value)}${interval}${of}${paper}${repeat ? `, ${run}` : ''}`
}

/** Returns where a number leads: to the rows that its model was trained on, and to the results of its benchmark where these are not known. */
export function markSelection({
  benchmark,
  trained,
}: Pick<ResultMark, 'benchmark' | 'trained'>): FigureSelection {
  const { armKey = null, seedSets = [], subsetId = null } = trained ?? {}
  const round = armKey === SEEDS_KEY ? 0 : (trained?.round ?? null)
  const base = { column: null, min: null, max: null, seedSetKey: null, armKey: null, round: null }
  if (subsetId !== null) return { ...base, exports: [{ id: subsetId, inside: true }] }
  if (armKey === null || round === null) return { ...base, benchmark }
  return { ...base, armKey, round, ...(seedSets.length > 0 ? { seedSets } : {}) }
}

/** Returns the name of a place. */
export function placeName({ placeNames }: Pick<ResultsShown, 'placeNames'>, place: string): string {
  return placeNames[place] ?? place
}

/** Returns one line a number, with k, n, interval, and the published number where it is shown. */
export function resultMarksTable(shown: ResultsShown): FigureTable {
  const { marks, panels, arms, paperShown } = shown
  return {
    columns: [
      ...unitless({
        metric: 'Metric',
        place: shown.placeLabel,
        arm: 'Evolver',
        value: 'Value',
        unit: 'Unit',
        reason: 'Reason',
        k: 'Correct',
        n: 'n',
        basis: 'Interval from',
        run: 'Model and file',
      }),
      ...intervalColumns('', false),
      // No verdict: what keeps every number of the paper apart is said once, in the notes.
      ...(paperShown
        ? [
            { key: 'paper', label: 'Paper', unit: '' },
            { key: 'difference', label: 'Own minus paper', unit: '' },
          ]
        : []),
    ],
    rows: marks.map((mark) => {
      const { value, low, high, published } = mark
      return {
        metric: labelOf(panels, mark.panel),
        place: placeName(shown, mark.place),
        arm: labelOf(arms, mark.arm),
        value,
        unit: panels.find(({ key }) => key === mark.panel)?.unit ?? '',
        reason: mark.missing ?? (value === null ? 'no own result' : null),
        k: mark.k,
        n: mark.n,
        basis: mark.basis && BASIS[mark.basis],
        run: mark.run,
        low,
        high,
        ...(paperShown
          ? {
              paper: published,
              difference: value === null || published === null ? null : value - published,
            }
          : {}),
      }
    }),
    selections: marks.map(markSelection),
  }
}

/** Two numbers of one metric at one place. */
export interface MarkPair {
  a: ResultMark
  b: ResultMark
  gap: number
}

/** Returns value, or the published number where the figure has published numbers only. */
export function shownValue({ value, missing, published }: ResultMark): number | null {
  return value ?? (missing === null ? published : null)
}

/** Returns the pairs of the first two evolvers, a being the small one where there is one, and who they are. */
export function pairsOf({ arms, marks }: Pick<ResultsShown, 'arms' | 'marks'>) {
  const [first, second] = arms.filter(({ colorIndex }) => colorIndex !== null)
  if (!first || !second) return null
  const keyOf = ({ panel, place }: ResultMark) => JSON.stringify([panel, place])
  const others = new Map<string, ResultMark>()
  for (const mark of marks) {
    const key = keyOf(mark)
    if (mark.arm === second.key && !mark.repeat) others.set(key, mark)
  }
  const pairs = marks.flatMap((a): MarkPair[] => {
    const b = a.arm === first.key && !a.repeat ? others.get(keyOf(a)) : undefined
    if (!b) return []
    // Own numbers are set against own ones only, and published against published.
    const isOwn = a.value !== null && b.value !== null
    const [x, y] = isOwn ? [a.value, b.value] : [shownValue(a), shownValue(b)]
    const isMixed = !isOwn && (a.value !== null || b.value !== null)
    return x === null || y === null || isMixed ? [] : [{ a, b, gap: x - y }]
  })
  return { first, second, pairs }
}

/** Returns the marks of the differences of the first two evolvers, with Newcombe's interval. */
export function differenceMarks(shown: Pick<ResultsShown, 'arms' | 'marks'>): ResultMark[] {
  const found = pairsOf(shown)
  return (found?.pairs ?? []).map(({ a, b, gap }) => {
    const isOwn = a.value !== null && b.value !== null
    const own = isOwn
      ? differenceOf({ ...a, value: a.value as number }, { ...b, value: b.value as number })
      : { value: null, low: null, high: null }
    const published =
      a.published === null || b.published === null ? null : a.published - b.published
    const basis = own.low === null ? null : a.basis
    return {
      ...a,
      ...own,
      basis,
      n: a.n === b.n ? a.n : null,
      k: null,
      run: a.run === null || b.run === null ? null : `${a.run} against ${b.run}`,
      trained: null,
      published: isOwn ? published : gap,
    }
  })
}

/** Returns who is ahead in how many numbers, or that nothing can be set against each other. */
export function resultsReading(shown: ResultsShown): string {
  const found = pairsOf(shown)
  const valued = shown.marks.filter((mark) => shownValue(mark) !== null)
  if (valued.length === 0) return ''
  if (!found || found.pairs.length === 0) {
    return `${plural(valued.length, 'result')} of ${list(shown.arms.map(({ label }) => label))}.`
  }
  const { first, second } = found
  // Published pairs are counted only where there are no own ones.
  const own = found.pairs.filter(({ a, b }) => a.value !== null && b.value !== null)
  const pairs = own.length > 0 ? own : found.pairs
  const up = pairs.filter(({ gap }) => gap > 0).length
  const even = pairs.filter(({ gap }) => gap === 0).length
  const clear = differenceMarks(shown).filter(
    ({ low, high }) => low !== null && high !== null && (low > 0 || high < 0),
  ).length
  const equal = even > 0 ? `, equal in ${even}` : ''
  const bounded = differenceMarks(shown).filter(({ low }) => low !== null).length
  const tail =
    bounded === 0
      ? 'none of the differences has an interval'
      : `${clear} of the ${bounded} differences with an interval ${clear === 1 ? 'excludes' : 'exclude'} zero, each by itself`
  return `${first.label} is higher than ${second.label} in ${up} of ${plural(pairs.length, 'comparison')}${equal}; ${tail}.`
}

/** Returns every number in words. */
export function resultsAltText(shown: ResultsShown): string {
  const { panels, arms, marks, counts } = shown
  const valued = counts.reduce((sum, entry) => sum + entry.valued, 0)
  const all = counts.reduce((sum, entry) => sum + entry.n, 0)
  const coverage = `${count(valued)} of ${plural(all, 'result')} have a value.`
  const lines = panels.flatMap((panel) =>
    arms.flatMap((arm) => {
      const own = marks.filter((mark) => mark.panel === panel.key && mark.arm === arm.key)
      if (own.length === 0) return []
      const values = own.map((mark) => {
        const value = shownValue(mark)
        return `${placeName(shown, mark.place)} ${value === null ? 'no value' : number3(value)}`
      })
      return [`${panel.label}, ${arm.label}: ${list(values)}`]
    }),
  )
  return lines.length === 0
    ? `No benchmark results to draw yet. ${coverage}`
    : `Benchmark results by ${shown.placeLabel.toLowerCase()}. ${lines.join('; ')}. ${coverage}`
}
