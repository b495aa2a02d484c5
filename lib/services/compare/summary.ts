import type { Db } from '@/db/client'
import {
  sidePairs,
  pairState,
  sideName,
  sidesOf,
  type CompareFurther,
  type CompareOmnibus,
  type CompareState,
  type CompareSummary,
} from '@/lib/contracts/compare'
import { comparisonCitation } from '@/lib/contracts/compare-citation'
import { sideNames } from '@/lib/contracts/compare-names'
import { AppError, throwIfAborted } from '@/lib/errors'
import { friedman } from '@/lib/stats/friedman'
import { APP_VERSION } from '../runs/definition'
import { getStudy } from '../studies'
import { chosenColumns, controlColumn, sideReader } from './columns'
import { pairFlags, pairLengths, type Controls } from './controls'
import { compareMetric } from './metrics'
import { meansBySlot, readMetric, type SideReader } from './side-values'
import { describePairing, pairSides, type SeedSetPairing } from './sides'
import { yieldToEventLoop } from './slots'
import { PFamily } from './tests'
import { unitReader } from './units'

type Part = Omit<CompareFurther, 'a' | 'b'>

// The unit where none is chosen, in words.
const SEED = 'seed'

async function readControls(
  db: Db,
  studyId: string,
  state: CompareState,
  pairings: readonly SeedSetPairing[],
  reader: SideReader,
): Promise<Controls> {
  const length = controlColumn(db, studyId, state.lengthColumn, 'number')
  const flag = controlColumn(db, studyId, state.flagColumn, 'flag')
  return {
    length: length ? pairLengths(await readMetric(pairings, length, reader)) : null,
    flagged: flag ? pairFlags(await readMetric(pairings, flag, reader)) : null,
  }
}

/** What is compared on sides A and B of a state, every metric; p values go into the family. */
async function comparePart(
  db: Db,
  studyId: string,
  state: CompareState,
  family: PFamily,
  signal?: AbortSignal,
): Promise<Part> {
  const pairings = await pairSides(db, studyId, state)
  const reader = sideReader(db, studyId, state)
  const controls = await readControls(db, studyId, state, pairings, reader)
  const asked = { state, unitName: unitReader(db, studyId, state)?.name ?? SEED }
  const metrics: Part['metrics'] = []
  for (const column of chosenColumns(db, studyId, state)) {
    throwIfAborted(signal)
    metrics.push(await compareMetric(pairings, column, reader, asked, family, controls))
  }
  const seedSets = pairings.map(describePairing)
  const sum = (key: 'rowsA' | 'rowsB' | 'aligned') =>
    seedSets.reduce((total, set) => total + set[key], 0)
  return { seedSets, rowsA: sum('rowsA'), rowsB: sum('rowsB'), aligned: sum('aligned'), metrics }
}

function checkSides(state: CompareState): void {
  if (state.more.length === 0) return
  const names = sidesOf(state).map((side) => [sideName(side), ...side.runs].join(' '))
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) {
    throw new AppError('invalid_input', `Side ${twice} is chosen twice. Choose each side once.`)
  }
}

/** Returns, for every metric, Friedman's test over the seeds that have a value on every side. */
async function omnibusTests(
  db: Db,
  studyId: string,
  state: CompareState,
  parts: readonly Part[],
  family: PFamily,
): Promise<CompareOmnibus[]> {
  // Each side as side A, so that its own runs are read; slots of a seed set are the same for all sides.
  const sides = await Promise.all(
    sidesOf(state).map(async (_, at) => {
      const own = pairState(state, { a: at, b: at })
      return { pairings: await pairSides(db, studyId, own), reader: sideReader(db, studyId, own) }
    }),
  )
  const tests: CompareOmnibus[] = []
  for (const [c, column] of chosenColumns(db, studyId, state).entries()) {
    const name = { column: column.id, label: column.label }
    if (parts.some(({ metrics }) => metrics[c]?.conflict)) {
      tests.push({ ...name, friedman: { ok: false, reason: 'conflict' } })
      continue
    }
    if (state.unit !== SEED) {
      tests.push({ ...name, friedman: { ok: false, reason: 'unit' } })
      continue
    }
    const values: Float64Array[][] = []
    for (const { pairings, reader } of sides) {
      values.push((await readMetric(pairings, column, reader)).map(meansBySlot))
    }
    const test = friedman(joinSets(values))
    tests.push({ ...name, friedman: test.ok ? family.add(test) : test })
    await yieldToEventLoop()
  }
  return tests
}

/** Seed sets one after another, each as long as its longest side; what a side does not have is NaN. */
function joinSets(values: readonly Float64Array[][]): Float64Array[] {
  const lengths = (values[0] ?? []).map((_, set) =>
    Math.max(...values.map((side) => side[set]?.length ?? 0)),
  )
  const size = lengths.reduce((sum, length) => sum + length, 0)
  return values.map((side) => {
    const all = new Float64Array(size).fill(NaN)
    let from = 0
    for (const [set, length] of lengths.entries()) {
      all.set(side[set] ?? [], from)
      from += length
    }
    return all
  })
}

/**
 * Returns, for every metric shown, the paired tests of A - B over rows that meet at a seed slot; unpaired tests, apart,
 * where no rows meet; or why the sides do not compare. With further sides, the same for their pairs and one test over
 * all sides. All p values of the summary are one Holm family.
 */
export async function compareSummary(
  db: Db,
  studyId: string,
  state: CompareState,
  signal?: AbortSignal,
): Promise<CompareSummary> {
  const started = performance.now()
  checkSides(state)
  const family = new PFamily()
  const pairs = sidePairs(state).slice(1)
  const part = await comparePart(db, studyId, state, family, signal)
  const further: CompareFurther[] = []
  for (const pair of pairs) {
    const own = await comparePart(db, studyId, pairState(state, pair), family, signal)
    further.push({ ...pair, ...own })
  }
  const omnibus =
    pairs.length > 0 ? await omnibusTests(db, studyId, state, [part, ...further], family) : []
  const { operators } = state
  const unitName = unitReader(db, studyId, state)?.name ?? SEED
  const numbers = { ...part, operators, unitName, further, omnibus, tests: family.correct() }
  const source = { study: getStudy(db, studyId).name, version: APP_VERSION, at: Date.now() }
  const citation = comparisonCitation(numbers, sideNames(state), source)
  return { ...numbers, source, citation, serverMs: performance.now() - started }
}
