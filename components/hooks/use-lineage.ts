import { useQuery } from '@tanstack/react-query'
import { createParser, parseAsArrayOf, parseAsBoolean, parseAsString, useQueryStates } from 'nuqs'
import { lineageEndpoint, lineageStoryEndpoint } from '@/lib/api/lineage'
import type { RowFilter } from '@/lib/contracts/filter'
import {
  lineageSortSchema,
  type LineagePage,
  type LineageSort,
  type LineageStory,
  type SeedPlace,
} from '@/lib/contracts/lineage'
import { call } from './api'
import { studyKeys } from './keys'
import { useItemAt, useWindows, type WindowSource } from './use-windows'

/** Seeds asked for at once: two screens, so that an answer stays small. */
const SEED_WINDOW = 20

/** Which seeds are listed, in which order, with which values. */
export interface LineageState {
  filter: RowFilter
  sort: LineageSort
  columns: string[]
}

const NO_PINS: SeedPlace[] = []
const IN_ORDER = lineageSortSchema.parse({})

// `-ifd.strict~2~small`: the key of an evolver comes last, since it may hold any sign.
const sortParser = createParser<LineageSort>({
  parse: (text) => {
    const descending = text.startsWith('-')
    const [column, round, ...arm] = text.slice(descending ? 1 : 0).split('~')
    const sort = { column, round: Number(round), arm: arm.join('~'), descending }
    return lineageSortSchema.safeParse(sort).data ?? null
  },
  serialize: ({ column, round, arm, descending }) =>
    `${descending ? '-' : ''}${column}~${round}~${arm}`,
  eq: (a, b) => JSON.stringify(a) === JSON.stringify(b),
}).withDefault(IN_ORDER)

// `12~alpaca`: the key of a seed set may hold any sign.
const pinParser = createParser<SeedPlace>({
  parse: (text) => {
    const [, slot, seedSetKey] = /^(\d+)~(.+)$/s.exec(text) ?? []
    return seedSetKey === undefined ? null : { seedSetKey, slot: Number(slot) }
  },
  serialize: ({ seedSetKey, slot }) => `${slot}~${seedSetKey}`,
})

/** Order of the seeds, pinned seeds, metric of the trajectories and whether the chosen step is open, in the URL. */
export function useLineageParams() {
  return useQueryStates(
    {
      order: sortParser,
      pins: parseAsArrayOf(pinParser).withDefault(NO_PINS),
      metric: parseAsString,
      open: parseAsBoolean.withDefault(false),
    },
    { history: 'push' },
  )
}

/** Asks for all rows that descend from a seed, with whole texts. */
export function fetchStory(studyId: string, seed: SeedPlace): Promise<LineageStory> {
  return call(lineageStoryEndpoint, { params: { studyId, ...seed } })
}

const seedsOf = (page: LineagePage) => page.seeds

const windowsOf = (studyId: string, state: LineageState): WindowSource<LineagePage> => ({
  size: SEED_WINDOW,
  keyOf: (page) => studyKeys.lineage(studyId, state, page),
  fetch: (page, signal) => {
    const query = { state, offset: page * SEED_WINDOW, limit: SEED_WINDOW }
    return call(lineageEndpoint, { params: { studyId }, query, signal })
  },
})

/** Seeds of the list by index, asked for in windows around what is in view. */
export function useSeedWindows(studyId: string, state: LineageState, first: number, last: number) {
  const { itemAt, ...windows } = useWindows(windowsOf(studyId, state), first, last)
  return { ...windows, seedAt: (index: number) => itemAt(index, seedsOf) }
}

/** Asks for a seed of the list by index, in view or not. */
export function useSeedAt(studyId: string, state: LineageState) {
  return useItemAt(windowsOf(studyId, state), seedsOf)
}

/** Asks where in the list a row is that a link names without its place; null while that is not known, or where the filter leaves it out. */
export function useSeedPlace(
  studyId: string,
  { filter, sort }: LineageState,
  row: { cellId: string; idx: number } | null,
): number | null {
  const found = useQuery({
    queryKey: studyKeys.lineagePlace(studyId, filter, sort, row),
    queryFn: async ({ signal }) => {
      const query = { state: { filter, sort }, limit: 1, ...(row ? { find: row } : {}) }
      return (await call(lineageEndpoint, { params: { studyId }, query, signal })).foundAt
    },
    enabled: row !== null,
  })
  return row === null ? null : (found.data ?? null)
}
