import path from 'node:path'
import type { ReadResult } from '@/lib/formats/results/types'

/** What one file says of one number, read or stored. */
export interface Part {
  file: { name: string; format: string }
  facts: Omit<ReadResult, 'items'>
}

/** A part that cannot belong to the one whose evaluation it names. */
export interface Contradiction<P extends Part> {
  /** The items. */
  part: P
  /** What they should give; of several the first. */
  other: P
  /** Other files that the items fit as well. */
  others: P[]
}

/** Which parts repeat or detail another one. */
export interface Joins<P extends Part> {
  /** Outcomes of items, and lines of a summary, with the number that they belong to. */
  numberOf: Map<P, P>
  contradictions: Contradiction<P>[]
}

/** The samples' mean is a sum in another order than the harness's. */
const SAME = 1e-9

const folderOf = ({ file }: Part) => path.posix.dirname(file.name)

/** Whether two files can lie in one folder: of what was imported alone the folder is not known, or only its own name. */
function canShareFolder(a: Part, b: Part): boolean {
  const [left, right] = [a, b].map((part) => path.posix.basename(folderOf(part)))
  return left === right || left === '.' || right === '.'
}

function byKey<P extends Part>(parts: readonly P[], keyOf: (part: P) => string): Map<string, P[]> {
  const found = new Map<string, P[]>()
  for (const part of parts) {
    const same = found.get(keyOf(part))
    if (same) same.push(part)
    else found.set(keyOf(part), [part])
  }
  return found
}

function isContradiction({ facts: items }: Part, { facts: number }: Part): boolean {
  if (number.isShare && number.n !== null && number.n !== items.n) return true
  return Math.abs((number.value ?? NaN) - (items.value ?? NaN)) > SAME
}

/** Items of one evaluation lie in files beside its results: they belong to the numbers there, which must agree with them. */
function joinSamples<P extends Part>(parts: readonly P[], joins: Joins<P>): void {
  const keyOf = ({ facts }: P) =>
    JSON.stringify([facts.date, facts.subBenchmark ?? facts.benchmark, facts.metric])
  const numbers = byKey(
    parts.filter(({ file }) => file.format === 'lm-eval'),
    keyOf,
  )
  const before = new Map<string, P[]>()
  for (const part of parts.filter(({ file }) => file.format === 'lm-eval-samples')) {
    const key = keyOf(part)
    const fits = (list: readonly P[] = []) => {
      const possible = list.filter((other) => canShareFolder(part, other))
      const beside = possible.filter((other) => folderOf(part) === folderOf(other))
      return beside.length > 0 ? beside.slice(0, 1) : possible
    }
    // Items that were written twice belong to those that came first.
    const ofNumber = fits(numbers.get(key))
    const [other, ...others] = ofNumber.length > 0 ? ofNumber : fits(before.get(key)).slice(0, 1)
    if (!other) before.set(key, [...(before.get(key) ?? []), part])
    else if (others.length > 0 || isContradiction(part, other)) {
      joins.contradictions.push({ part, other, others })
    } else joins.numberOf.set(part, other)
  }
}

/** The summary repeats the numbers of the folder with fewer digits; only it knows which prompt was used. */
function joinSummaries<P extends Part>(parts: readonly P[], joins: Joins<P>): void {
  const keyOf = ({ facts: { date, model, benchmark, metric } }: P) =>
    JSON.stringify([date, model, benchmark, metric])
  const full = byKey(
    parts.filter(({ file }) => file.format === 'opencompass'),
    keyOf,
  )
  for (const part of parts.filter(({ file }) => file.format === 'opencompass-summary')) {
    const [number] = full.get(keyOf(part)) ?? []
    if (number) joins.numberOf.set(part, number)
  }
}

/**
 * Returns which parts belong to the number of another file, whatever order the files came in, and those that contradict it.
 * Nothing of it is stored: a removed file takes what it said with it.
 */
export function joinsOf<P extends Part>(parts: readonly P[]): Joins<P> {
  const joins: Joins<P> = { numberOf: new Map(), contradictions: [] }
  joinSamples(parts, joins)
  joinSummaries(parts, joins)
  return joins
}

/** Returns what is known of a number together with a part that belongs to it. */
export function joinedFacts<F extends Part['facts']>(number: F, { file, facts }: Part): F {
  if (file.format === 'opencompass-summary') return { ...number, templateHash: facts.templateHash }
  const isShare = number.isShare || (number.unit === 'fraction' && facts.isShare)
  return { ...number, k: facts.k, n: number.n ?? facts.n, isShare }
}
