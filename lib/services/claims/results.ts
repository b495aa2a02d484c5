import type { Direction, Finding } from '@/lib/contracts/claims'
import { formatMetric, plural } from '@/lib/contracts/format'
import {
  benchmarkKey,
  percentOf,
  whyNotComparable,
  type ResultItem,
  type StoredResult,
} from '@/lib/contracts/results'
import { robustMean } from '@/lib/stats/cluster-robust'
import { meansByCluster, signTest } from '@/lib/stats/paired'
import { mean } from '@/lib/stats/summary'
import { clusteredIntervals } from '../compare/bootstrap'
import { resultItemsOf } from '../results/compare'
import type { ClaimStudy } from './study'
import { emptyFinding } from './verdict'

/** Two results that differ in one thing only: what their students were trained on. */
export interface ResultPair {
  a: StoredResult
  b: StoredResult
  /** A - B in points. */
  difference: number
}

/** What else two results must share besides benchmark, metric and how it was measured. */
type Shared = 'round' | 'temperature'

interface Wanted {
  a(result: StoredResult): boolean
  b(result: StoredResult): boolean
  /** Set where sides differ in the round too, as an evolver and the seeds do. */
  without?: readonly Shared[]
  /**
   * Numbers of the paper are compared as it does, although it does not say how they were measured: within one table, or
   * across tables.
   */
  paper?: 'table' | 'tables'
}

/** What was found of two sides, and why the rest cannot be compared. */
export interface Paired {
  pairs: ResultPair[]
  /** Results of the side that has more. */
  of: number
  reasons: string[]
}

/** Returns a name of the trained student, with everything that must be equal on both sides. */
function studentKey({ mapping }: StoredResult, without: readonly Shared[]): string {
  const { student, size, tuning, temperature, writer, round, seedSets } = mapping
  return JSON.stringify([
    student,
    size,
    tuning,
    writer,
    without.includes('temperature') ? null : temperature,
    without.includes('round') ? null : round,
    [...seedSets].toSorted(),
  ])
}

/** Returns things by a key, in order. */
export function grouped<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return groups
}

/** Returns a result in percent, or in its own unit where that is no share; null where it is missing or of unknown unit. */
function pointsOf(result: StoredResult): number | null {
  return result.unit === 'points' ? result.value : percentOf(result)
}

/** Returns the results of both sides that may be compared, two by two. */
export function pairResults(list: readonly StoredResult[], wanted: Wanted): Paired {
  const { without = [], paper } = wanted
  const keyOf = (result: StoredResult) =>
    `${paper === 'table' ? result.fileId : ''}/${benchmarkKey(result.benchmark)}/${result.metric}/${studentKey(result, without)}`
  const left = list.filter(wanted.a)
  const right = grouped(list.filter(wanted.b), keyOf)
  const reasons = new Set<string>()
  const pairs: ResultPair[] = []
  for (const a of left) {
    const all = right.get(keyOf(a)) ?? []
    const fitting = paper ? all : all.filter((b) => whyNotComparable(a, b).length === 0)
    if (all.length > 0 && fitting.length === 0) {
      for (const reason of whyNotComparable(a, all[0] as StoredResult)) reasons.add(reason)
    }
    if (fitting.length > 1) {
      reasons.add(`${a.benchmark}: several results fit one another; say which student each is of.`)
    }
    const [b] = fitting
    if (!b || fitting.length > 1) continue
    const [x, y] = [pointsOf(a), pointsOf(b)]
    if (x === null || y === null)
      reasons.add('A result has no value, or none in percent or points.')
    else pairs.push({ a, b, difference: x - y })
  }
  const count = [...right.values()].reduce((sum, some) => sum + some.length, 0)
  return { pairs, of: Math.max(left.length, count), reasons: [...reasons] }
}

/** Values of units that lie one after another, as the statistics want them. */
interface Clustered {
  values: Float64Array
  clusters: Int32Array
  size: number
}

function clustered(entries: readonly (readonly [key: string, value: number])[]): Clustered {
  const groups = [...grouped(entries, ([key]) => key).values()]
  const flat = groups.flatMap((group, at) => group.map(([, value]) => [at, value] as const))
  return {
    values: Float64Array.from(flat, ([, value]) => value),
    clusters: Int32Array.from(flat, ([at]) => at),
    size: groups.length,
  }
}

/** A student on a benchmark is one unit: its metrics count the same answers. */
function byStudent(pairs: readonly ResultPair[]): Clustered {
  return clustered(
    pairs.map(({ a, difference }) => [
      `${studentKey(a, [])}/${benchmarkKey(a.benchmark)}`,
      difference,
    ]),
  )
}

/** Each item that both models answered is one unit, whatever metrics it has. */
function byItem(study: ClaimStudy, pairs: readonly ResultPair[]): Clustered {
  const entries = pairs.flatMap(({ a, b }) => {
    const [left, right] = [resultItemsOf(study.db, a), resultItemsOf(study.db, b)]
    if (!left || !right) return []
    const others = new Map(right.map((item) => [item.id, item]))
    return left.flatMap((item: ResultItem) => {
      const other = others.get(item.id)
      if (!other || other.hash !== item.hash) return []
      return [[`${benchmarkKey(a.benchmark)}/${item.id}`, 100 * (item.hits - other.hits)] as const]
    })
  })
  return clustered(entries)
}

// Below this number of students and benchmarks a sign test cannot reach 5 %; items are tested where they are there.
const FEW_STUDENTS = 6

async function intervalOf({ values, clusters, size }: Clustered) {
  const sums = new Float64Array(size)
  const counts = new Float64Array(size)
  values.forEach((value, i) => {
    const at = clusters[i] as number
    sums[at] = (sums[at] as number) + value
    counts[at] = (counts[at] as number) + 1
  })
  const [interval] = await clusteredIntervals([size], [{ sums, counts }])
  return interval?.ok ? { low: interval.low, high: interval.high } : {}
}

/** Returns the mean with interval and exact sign test of one value a unit or several. */
async function tested(units: Clustered): Promise<Partial<Finding>> {
  const sign = signTest(meansByCluster(units.values, units.clusters))
  return {
    effect: mean(units.values),
    ...(await intervalOf(units)),
    interval: '95 % bootstrap interval, units resampled',
    test: 'exact sign test',
    p: sign.ok ? sign.p : null,
    units: units.size,
  }
}

interface ResultFields {
  label: string
  a: string
  b: string
  expected: Direction | null
  margin?: number
}

/** Returns the mean difference of paired results in points, with interval and sign test over students and benchmarks, or over items where those are few. */
export async function resultFinding(
  study: ClaimStudy,
  { pairs, of, reasons }: Paired,
  fields: ResultFields,
): Promise<Finding> {
  const base = emptyFinding({
    ...fields,
    margin: fields.margin ?? 0,
    unit: 'points',
    unitName: 'student and benchmark',
    of,
  })
  if (pairs.length === 0) {
    const why = reasons[0]?.replace(/\.$/, '')
    return { ...base, because: why ?? 'no results of both sides on the same benchmark and student' }
  }
  const students = byStudent(pairs)
  const items = students.size < FEW_STUDENTS ? byItem(study, pairs) : null
  const usesItems = items !== null && items.size > students.size
  const robust = usesItems ? robustMean(items.values, items.clusters) : null
  const found = await tested(students)
  const ofItems = usesItems
    ? {
        effect: mean(items.values),
        ...(robust?.ok ? { low: robust.low, high: robust.high } : {}),
        interval: '95 % interval, errors count an item once',
        p: pOfItems(items),
        test: 'exact sign test of items (McNemar)',
        units: items.size,
        unitName: 'item',
        because: 'tested over items, so it holds for these trained students only',
      }
    : {}
  const ahead = pairs.filter(({ difference }) => difference > 0).length
  const behind = pairs.filter(({ difference }) => difference < 0).length
  return {
    ...base,
    ...found,
    ...ofItems,
    n: pairs.length,
    ahead,
    behind,
    ties: pairs.length - ahead - behind,
  }
}

function pOfItems({ values, clusters }: Clustered): number | null {
  const sign = signTest(meansByCluster(values, clusters))
  return sign.ok ? sign.p : null
}

/** Returns a share of agreement around 0, one value a part: 1 where they agree, -1 where not. */
export async function signFinding(
  signs: readonly number[],
  fields: ResultFields,
): Promise<Finding> {
  const units = clustered(signs.map((sign, at) => [String(at), sign]))
  const base = emptyFinding({ ...fields, unit: '', unitName: 'facet' })
  if (signs.length === 0) return base
  const ahead = signs.filter((sign) => sign > 0).length
  return {
    ...base,
    ...(await tested(units)),
    n: signs.length,
    of: signs.length,
    ahead,
    behind: signs.length - ahead,
  }
}

/** Returns how many printed differences are above 0, and their mean, as words for a finding. */
export function publishedOf(pairs: readonly ResultPair[], where: string): Finding['published'] {
  if (pairs.length === 0) return null
  const effect = mean(Float64Array.from(pairs, ({ difference }) => difference))
  const ahead = pairs.filter(({ difference }) => difference > 0).length
  return {
    effect,
    text: `${formatMetric(effect)} points, higher in ${ahead} of ${plural(pairs.length, 'number')} (${where})`,
  }
}

/** Returns the names of the files that paired results came from. */
export function filesOf(pairs: readonly ResultPair[]): string[] {
  return [...new Set(pairs.flatMap(({ a, b }) => [a.fileName, b.fileName]))].toSorted()
}
