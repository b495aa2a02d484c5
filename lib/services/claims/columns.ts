import {
  compareStateSchema,
  type CompareMetric,
  type CompareSummary,
  type UnpairedResult,
} from '@/lib/contracts/compare'
import { mainTest } from '@/lib/contracts/compare-report'
import { isFormulaColumn } from '@/lib/contracts/formula'
import type { ClaimAction, Direction, Finding } from '@/lib/contracts/claims'
import { normalTwoSided } from '@/lib/stats/distributions'
import { throwIfAborted } from '@/lib/errors'
import { compareSummary } from '../compare'
import { getMetric } from '@/lib/metrics'
import { emptyFinding } from './verdict'
import { sharedSets, type ClaimStudy } from './study'

/** One side: an evolver at a round, or the seeds. */
export interface ColumnSide {
  arm: string
  round: number
  label: string
}

/** A column and which way A is claimed to differ from B; null where it is only shown. */
export interface ColumnClaim {
  id: string
  expected: Direction | null
  margin?: number
}

interface Question {
  a: ColumnSide
  b: ColumnSide
  columns: readonly ColumnClaim[]
  /** Empty = all in which both sides have rows, together. */
  seedSets: readonly string[]
  label: string
  lengthColumn?: string
  /** Only rows that one of these operators made; all without. */
  operators?: readonly string[]
}

// Said of a difference whose rows share no seeds.
const NOT_PAIRED = 'the rows of the two sides are not paired by seed'

/** Returns the action that gives findings without a number one: pairs, or values of their column. */
export function emptyAction(
  study: ClaimStudy,
  columnId: string,
  findings: readonly Finding[],
): ClaimAction {
  const isApart = findings.some(({ because }) => because === NOT_PAIRED)
  if (isApart) {
    const text = 'Align the files of both sides: click their alignment on the Overview page.'
    return { kind: 'import', text }
  }
  return computeAction(study, columnId)
}

function computeAction(study: ClaimStudy, columnId: string): ClaimAction {
  const [metric = ''] = columnId.split('.')
  const known = study.detail.columns.find(({ id }) => id === columnId)
  if (known && isFormulaColumn(columnId)) {
    const text = `Compute what the formula ${known.label} reads for both sides.`
    return { kind: 'compute', text }
  }
  const source = known && getMetric(known.fromMetric)
  if (known && source?.kind === 'measured' && source.isImported) {
    return { kind: 'import', text: `Import files that hold ${known.label} for both sides.` }
  }
  const name = known ? `${known.group}: ${known.label}` : metric.replaceAll('_', ' ')
  return { kind: 'compute', text: `Compute ${name} for both sides on the Overview page.` }
}

/** The most frequent reason for which a side has no values, in brackets. */
function whyMissing({ a, b }: CompareMetric): string {
  const reasons = [a, b].flatMap(({ missing }) => Object.entries(missing))
  const [most] = reasons.toSorted(([, x], [, y]) => y - x)
  return most ? ` (${most[0].replaceAll('_', ' ')})` : ''
}

/** The difference of two sides whose rows are no pairs; their units are texts, so they need no seeds. */
function unpairedFinding(metric: CompareMetric, unpaired: UnpairedResult, base: Finding): Finding {
  const { nA, nB, unitsA, unitsB, difference, meanA, meanB } = unpaired
  if (!difference.ok) {
    const because = `fewer than two ${metric.unitName}s of a side have a value${whyMissing(metric)}`
    return { ...base, meanA, meanB, because }
  }
  const test = mainTest(metric)
  return {
    ...base,
    meanA,
    meanB,
    effect: difference.estimate,
    low: difference.low,
    high: difference.high,
    interval: `95 % interval of unpaired means, errors count a ${metric.unitName} once`,
    test: test?.name ?? null,
    p: test?.test.ok ? test.test.p : null,
    n: Math.max(nA, nB),
    units: Math.min(unitsA, unitsB),
  }
}

function findingOf(
  metric: CompareMetric,
  { rowsA, rowsB }: CompareSummary,
  fields: Pick<Finding, 'label' | 'a' | 'b' | 'expected' | 'margin' | 'compare'>,
): Finding {
  const { paired, conflict, unpaired, controls, unit } = metric
  const runs = [metric.a.runId, metric.b.runId].filter((id) => id !== null)
  const base = emptyFinding({
    ...fields,
    unit,
    unitName: metric.unitName,
    of: Math.max(rowsA, rowsB),
    runs: [...new Set(runs)],
  })
  if (conflict) return { ...base, because: conflict.message.replace(/\.$/, '') }
  if (unpaired && metric.unitName !== 'seed') return unpairedFinding(metric, unpaired, base)
  if (unpaired) {
    return { ...base, meanA: unpaired.meanA, meanB: unpaired.meanB, because: NOT_PAIRED }
  }
  const all = controls[0]
  const test = mainTest(metric)
  if (!paired || paired.n === 0 || !all) {
    return { ...base, because: `no pair of rows has a value on both sides${whyMissing(metric)}` }
  }
  return {
    ...base,
    meanA: paired.meanA,
    meanB: paired.meanB,
    effect: paired.meanDifference,
    ...(all.ok
      ? {
          low: all.low,
          high: all.high,
          interval: `95 % interval, errors count a ${metric.unitName} once`,
        }
      : {}),
    test: test?.name ?? null,
    p: test?.test.ok ? test.test.p : null,
    n: paired.n,
    units: paired.seeds,
    ahead: paired.aHigher,
    behind: paired.bHigher,
    ties: paired.ties,
  }
}

/** The same difference among pairs of about equal length and by regression on length. */
function controlled(metric: CompareMetric, full: Finding): Finding[] {
  const words = { matched: 'pairs within 10 % of length', adjusted: 'regression on length' }
  return metric.controls.flatMap((control) => {
    if (control.pairs !== 'all' || control.length === 'as_is') return []
    const label = `${full.label}, ${words[control.length]}`
    if (!control.ok) {
      // Where all lengths are equal a regression on them has nothing to take out.
      const isEven = control.reason === 'constant'
      const because = isEven ? 'all lengths are equal' : 'too few pairs of equal length'
      const { a, b, of } = full
      return [emptyFinding({ label, a, b, of, because, ...(isEven ? { expected: null } : {}) })]
    }
    const { estimate, low, high, standardError, n, seeds } = control
    const p = standardError > 0 ? normalTwoSided(Math.abs(estimate) / standardError) : null
    return [
      {
        ...full,
        label,
        low,
        high,
        n,
        p,
        effect: estimate,
        units: seeds,
        test: `Wald test, errors count a ${metric.unitName} once`,
        meanA: null,
        meanB: null,
        ahead: 0,
        behind: 0,
        ties: 0,
      },
    ]
  })
}

function isAutoIf({ detail }: ClaimStudy, { arm }: ColumnSide): boolean {
  return detail.arms.some(({ key, scenario }) => key === arm && scenario === 'autoif')
}

/** Returns the paired difference of each column between two sides, as the Compare page gives it; a column without a run says so. */
export async function columnFindings(study: ClaimStudy, question: Question): Promise<Finding[]> {
  throwIfAborted(study.signal)
  const { a, b, columns, label, lengthColumn } = question
  const shared = sharedSets(study, a, b).map(({ key }) => key)
  const state = compareStateSchema.parse({
    a: { arm: a.arm, round: a.round },
    b: { arm: b.arm, round: b.round },
    seedSets: question.seedSets.length > 0 ? question.seedSets : shared,
    columns: columns.map(({ id }) => id),
    operators: question.operators ?? [],
    lengthColumn: lengthColumn ?? null,
    // One constraint of AutoIF stands in many rows.
    unit: isAutoIf(study, a) && isAutoIf(study, b) ? 'instruction' : 'seed',
  })
  const summary = await compareSummary(study.db, study.studyId, state, study.signal)
  return columns.flatMap(({ id, expected, margin = 0 }, at) => {
    const metric = summary.metrics[at] as CompareMetric
    const full = findingOf(metric, summary, {
      label: `${metric.label}${label ? `, ${label}` : ''}`,
      a: a.label,
      b: b.label,
      expected,
      margin,
      compare: { ...state, column: id },
    })
    return lengthColumn ? [full, ...controlled(metric, full)] : [full]
  })
}

/**
 * Returns the findings without those of columns that no run fills, if others are there; where none is, all of them with
 * the actions that would fill them.
 */
export function filledOnly(
  study: ClaimStudy,
  findings: readonly Finding[],
): { findings: Finding[]; actions: ClaimAction[]; notes: string[] } {
  const isEmpty = ({ n, runs, compare }: Finding) =>
    n === 0 && runs.length === 0 && compare !== null
  const filled = findings.filter((finding) => !isEmpty(finding))
  const missing = [
    ...new Set(findings.filter(isEmpty).flatMap(({ compare }) => compare?.column ?? [])),
  ]
  const actions = missing.map((id) => computeAction(study, id))
  if (filled.length === 0) return { findings: [...findings], actions, notes: [] }
  const [first] = filled
  const without = filled.every(({ n }) => n === 0) ? (first?.compare?.column ?? null) : null
  return {
    findings: filled,
    actions: without === null ? [] : [emptyAction(study, without, filled)],
    notes: actions.map(({ text }) => `Not used: ${text}`),
  }
}
