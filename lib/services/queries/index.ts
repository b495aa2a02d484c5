import type { Db } from '@/db/client'
import type { ClaimChoice } from '@/lib/contracts/claims'
import type { CompareState } from '@/lib/contracts/compare'
import type { ExportRequest } from '@/lib/contracts/export'
import type { RowFilter } from '@/lib/contracts/filter'
import { checkClaims } from '../claims'
import { drawBlindPairs } from '../blind/draw'
import { blindExport, blindResult } from '../blind/result'
import { compareIntervals, comparePage, compareSummary } from '../compare'
import { checkExport } from '../exports'
import { getDrawnValues, getStudyFigure } from '../figures'
import { brushTiles } from '../figures/tiles'
import { previewFormula } from '../formulas/preview'
import { mapColours } from '../maps/colours'
import type { AlignSettings } from '@/lib/contracts/operators'
import { lineagePage, lineageStory } from '../lineage'
import { similarityPreview } from '../alignments/preview'
import { columnHistogram, filterFacets, listRows } from '../rows'
import { conditionCounts } from '../rows/condition-counts'
import { describeSelection } from '../rows/describe'
import { countRepeats, type RepeatRule } from '../rows/repeats'
import { nearbyRows } from '../rows/nearby'
import { rowsOfFilter } from '../rows/annotations'
import { studyOperators } from '../rows/operators'
import { searchProgress } from '../search'
import { studyStorage } from '../studies/storage'
import { subsetFunnel } from '../subsets'
import { compareSubsets } from '../subsets/compare'

/** Returns a query with one argument about a study, which a signal may stop. */
const asked =
  <A, R>(run: (db: Db, studyId: string, argument: A, signal: AbortSignal) => R) =>
  (db: Db, signal: AbortSignal, studyId: string, argument: A): R =>
    run(db, studyId, argument, signal)

/**
 * Requests that go over whole columns or search texts: seconds at half a million rows. The web process has them answered
 * by a thread (client.ts); arguments and results are plain data.
 */
export const QUERIES = {
  rows: asked(listRows),
  lineage: asked(lineagePage),
  lineageStory: (
    db: Db,
    _signal: AbortSignal,
    studyId: string,
    seed: { seedSetKey: string; slot: number },
    columns?: readonly string[],
  ) => lineageStory(db, studyId, seed, columns),
  similarity: (
    db: Db,
    _signal: AbortSignal,
    studyId: string,
    cellId: string,
    options: AlignSettings,
  ) => similarityPreview(db, studyId, cellId, options),
  repeats: (
    db: Db,
    signal: AbortSignal,
    studyId: string,
    of: RepeatRule['of'],
    likenesses: readonly number[],
    across: 'study' | undefined,
  ) => countRepeats(db, studyId, of, likenesses, signal, across),
  histogram: (db: Db, signal: AbortSignal, studyId: string, column: string, filter: RowFilter) =>
    columnHistogram(db, studyId, column, filter, signal),
  conditionCounts: asked(conditionCounts),
  describe: asked(describeSelection),
  facets: asked(filterFacets),
  figure: asked(getStudyFigure),
  drawnValues: asked(getDrawnValues),
  brushTiles: asked(brushTiles),
  compareSummary: asked(compareSummary),
  compareIntervals: asked(compareIntervals),
  comparePage: (
    db: Db,
    _signal: AbortSignal,
    studyId: string,
    state: CompareState,
    offset: number,
    limit: number,
  ) => comparePage(db, studyId, state, offset, limit),
  claims: (
    db: Db,
    signal: AbortSignal,
    studyId: string,
    choice: ClaimChoice,
    ids: string[] | null,
  ) => checkClaims(db, studyId, choice, ids ? { ids, signal } : { signal }),
  formulaPreview: asked(previewFormula),
  nearbyRows: (db: Db, _signal: AbortSignal, studyId: string, cellId: string, idx: number) =>
    nearbyRows(db, studyId, cellId, idx),
  decisionRows: asked(rowsOfFilter),
  mapColours: asked(mapColours),
  operators: (db: Db, _signal: AbortSignal, studyId: string) => studyOperators(db, studyId),
  blindPairs: asked(drawBlindPairs),
  blindResult: asked(blindResult),
  blindExport: asked(blindExport),
  exportCheck: (db: Db, signal: AbortSignal, request: ExportRequest) =>
    checkExport(db, request, signal),
  subsetComparison: asked(compareSubsets),
  subsetFunnel: asked(subsetFunnel),
  storage: studyStorage,
  searchProgress,
}

export type QueryName = keyof typeof QUERIES

type Rest<F> = F extends (db: Db, signal: AbortSignal, ...rest: infer R) => unknown ? R : never

/** Arguments of a query, after database and signal. */
export type QueryArgs<N extends QueryName> = Rest<(typeof QUERIES)[N]>

/** What a query resolves to. */
export type QueryResult<N extends QueryName> = Awaited<ReturnType<(typeof QUERIES)[N]>>

/** Runs a query in the calling thread. */
export async function runQuery<N extends QueryName>(
  db: Db,
  name: N,
  args: QueryArgs<N>,
  signal: AbortSignal,
): Promise<QueryResult<N>> {
  // The table's types are checked above; a call through it needs one common signature.
  const query = QUERIES[name] as unknown as (
    db: Db,
    signal: AbortSignal,
    ...rest: unknown[]
  ) => Promise<QueryResult<N>>
  return query(db, signal, ...(args as unknown[]))
}
