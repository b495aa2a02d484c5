import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import {
  createParser,
  parseAsArrayOf,
  parseAsBoolean,
  parseAsFloat,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from 'nuqs'
import {
  type COMPARE_TABLE_FORMATS,
  type ComparePart,
  compareEndpoint,
  comparePairEndpoint,
  compareTableEndpoint,
} from '@/lib/api/compare'
import { parseSide, sideText } from '@/lib/contracts/compare-names'
import type { CompareState, SidePair } from '@/lib/contracts/compare'
import { COMPARE_AGAINST, COMPARE_SORTS, MAX_SIDES, pairState } from '@/lib/contracts/compare'
import type { StudyDetail } from '@/lib/contracts/study'
import { call, endpointUrl } from './api'
import { studyKeys } from './keys'

/** Pairs asked for at once: each carries three texts, and about four fit a screen. */
export const PAIR_WINDOW = 25

/** The word that stands for the seed rows where an arm is named. */
export const SEEDS = 'seeds'

export interface SideChoice {
  arm: string
  round: number
}

const sideParser = createParser<SideChoice>({
  parse: parseSide,
  serialize: sideText,
  eq: (a, b) => a.arm === b.arm && a.round === b.round,
})

export const DIFF_MODES = ['sides', 'seed', 'off'] as const
export const SHOWN_TEXTS = ['instruction', 'response'] as const

const parsers = {
  a: sideParser,
  b: sideParser,
  more: parseAsArrayOf(sideParser).withDefault([]),
  against: parseAsStringLiteral(COMPARE_AGAINST).withDefault('reference'),
  sets: parseAsArrayOf(parseAsString).withDefault([]),
  operators: parseAsArrayOf(parseAsString).withDefault([]),
  unit: parseAsString.withDefault('seed'),
  metric: parseAsString,
  metrics: parseAsArrayOf(parseAsString).withDefault([]),
  entry: parseAsInteger.withDefault(0),
  level: parseAsInteger,
  length: parseAsString,
  flag: parseAsString,
  order: parseAsStringLiteral(COMPARE_SORTS).withDefault('slot'),
  desc: parseAsBoolean.withDefault(false),
  diff: parseAsStringLiteral(DIFF_MODES).withDefault('sides'),
  text: parseAsStringLiteral(SHOWN_TEXTS).withDefault('instruction'),
  least: parseAsFloat,
  only: parseAsStringLiteral(['a', 'b'] as const),
  levelA: parseAsInteger,
  levelB: parseAsInteger,
  pair: parseAsString,
}

/** What the compare page shows, kept in the URL; a change is a step of the browser's history. */
export function useCompareParams() {
  return useQueryStates(parsers, { history: 'push' })
}

export type CompareParams = ReturnType<typeof useCompareParams>[0]

/** Rounds of an evolver, or of the seeds, that the study has, ascending. */
export function roundsOf(study: StudyDetail, arm: string): number[] {
  const key = arm === SEEDS ? null : arm
  const rounds = study.cells.filter((cell) => cell.armKey === key).map((cell) => cell.round)
  return [...new Set(rounds)].sort((a, b) => a - b)
}

/** Returns the sides to begin with: the small arm against the next, at the last round both have; null with one cell. */
export function defaultSides(study: StudyDetail): { a: SideChoice; b: SideChoice } | null {
  const withRows = study.arms.filter((arm) => roundsOf(study, arm.key).length > 0)
  const first = withRows.find((arm) => arm.armClass === 'small') ?? withRows[0]
  if (!first) return null
  const second =
    withRows.find((arm) => arm !== first && arm.armClass === 'large') ??
    withRows.find((arm) => arm !== first)
  const own = roundsOf(study, first.key)
  if (second) {
    const both = own.filter((round) => roundsOf(study, second.key).includes(round))
    const round = both.at(-1)
    return {
      a: { arm: first.key, round: round ?? (own.at(-1) as number) },
      b: { arm: second.key, round: round ?? (roundsOf(study, second.key).at(-1) as number) },
    }
  }
  // One evolver: its last round against the round before, or the seeds.
  const last = own.at(-1) as number
  const before = own.at(-2)
  if (before !== undefined) {
    return { a: { arm: first.key, round: last }, b: { arm: first.key, round: before } }
  }
  return roundsOf(study, SEEDS).length > 0
    ? { a: { arm: first.key, round: last }, b: { arm: SEEDS, round: 0 } }
    : null
}

/** Returns the state that the API takes. */
export function toCompareState(params: CompareParams, a: SideChoice, b: SideChoice): CompareState {
  return {
    seedSets: params.sets,
    a: { ...a, runs: [] },
    b: { ...b, runs: [] },
    more: params.more.slice(0, MAX_SIDES - 2).map((side) => ({ ...side, runs: [] })),
    against: params.against,
    operators: params.operators,
    unit: params.unit,
    columns: params.metrics,
    column: params.metric,
    component: params.entry,
    threshold: params.level,
    lengthColumn: params.length,
    flagColumn: params.flag,
    pairs: {
      atLeast: params.least,
      only: params.only,
      levelA: params.levelA,
      levelB: params.levelB,
    },
    sort: params.order,
    descending: params.desc,
  }
}

const ANY_PAIR = { atLeast: null, only: null, levelA: null, levelB: null }

/** The part of a state that the summary depends on; the others only order and page the rows. */
function summaryState(state: CompareState): CompareState {
  return { ...state, column: null, pairs: ANY_PAIR, sort: 'slot', descending: false }
}

async function comparePart<Part extends 'summary' | 'intervals' | 'rows'>(
  studyId: string,
  query: { state: CompareState; part: Part; offset?: number; limit?: number },
  signal: AbortSignal,
): Promise<ComparePart<Part>> {
  // Which of the shapes came back is what `part` says.
  return (await call(compareEndpoint, { params: { studyId }, query, signal })) as never
}

export function useCompareSummary(studyId: string, state: CompareState) {
  const asked = summaryState(state)
  return useQuery({
    queryKey: studyKeys.compareSummary(studyId, asked),
    queryFn: ({ signal }) => comparePart(studyId, { state: asked, part: 'summary' }, signal),
    placeholderData: keepPreviousData,
  })
}

/** Intervals of each pair of sides. */
export function useCompareIntervals(
  studyId: string,
  state: CompareState,
  pairs: readonly SidePair[],
) {
  return useQueries({
    queries: pairs.map((pair) => {
      const asked = { ...summaryState(pairState(state, pair)), against: 'reference' as const }
      return {
        queryKey: studyKeys.compareIntervals(studyId, asked),
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          comparePart(studyId, { state: asked, part: 'intervals' }, signal),
      }
    }),
  })
}

/** Address of the summary as a table to download. */
export function compareTableHref(
  studyId: string,
  state: CompareState,
  format: (typeof COMPARE_TABLE_FORMATS)[number],
): string {
  const query = { state: summaryState(state), format }
  return endpointUrl(compareTableEndpoint, { params: { studyId }, query })
}

/** The windows of aligned rows that are in sight. */
export function useComparePairs(studyId: string, state: CompareState, pages: readonly number[]) {
  return useQueries({
    queries: pages.map((page) => ({
      queryKey: studyKeys.comparePage(studyId, state, page),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        comparePart(
          studyId,
          { state, part: 'rows', offset: page * PAIR_WINDOW, limit: PAIR_WINDOW },
          signal,
        ),
      // Texts never change; values do while a job runs.
      staleTime: 30_000,
    })),
  })
}

/** The whole texts of one pair, asked for when a clamped one is opened. */
export function usePairTexts(
  studyId: string,
  state: CompareState,
  pair: { seedSetKey: string; slot: number; copy: number },
  enabled: boolean,
) {
  const sides = { ...summaryState(state), columns: [], more: [] }
  return useQuery({
    queryKey: studyKeys.pairTexts(studyId, sides, pair),
    queryFn: ({ signal }) =>
      call(comparePairEndpoint, {
        params: { studyId },
        query: { state: sides, seedSet: pair.seedSetKey, slot: pair.slot, copy: pair.copy },
        signal,
      }),
    enabled,
    staleTime: Infinity,
  })
}
