import type { Db } from '@/db/client'
import type { ClaimChoice } from '@/lib/contracts/claims'
import type { CompareState } from '@/lib/contracts/compare'
import type { ExportRequest } from '@/lib/contracts/export'
import type { RowFilter } from '@/lib/contracts/filter'
import { checkClaims } from '../claims'
import type { BlindPlan } from '@/lib/contracts/blind'
import { drawBlindPairs } from '../blind/draw'
import { blindExport, blindResult } from '../blind/result'
import { compareIntervals, comparePage, compareSummary } from '../compare'
import { checkExport } from '../exports'
import { getDrawnValues, getStudyFigure, type FigureRequest } from '../figures'
import { brushTiles, type BrushRequest } from '../figures/tiles'
import { previewFormula } from '../formulas/preview'
import type { AlignSettings } from '@/lib/contracts/operators'
import { lineagePage, lineageStory, type LineageQuery } from '../lineage'
import { similarityPreview } from '../alignments/preview'
import { columnHistogram, filterFacets, listRows, type RowQuery } from '../rows'
import { conditionCounts } from '../rows/condition-counts'
import { describeSelection } from '../rows/describe'
import { countRepeats, type RepeatRule } from '../rows/repeats'
import { nearbyRows } from '../rows/nearby'
import { rowsOfFilter } from '../rows/annotations'
import { studyOperators } from '../rows/operators'
import type { SubsetRule } from '@/lib/contracts/subset'
import { subsetFunnel } from '../subsets'
import { compareSubsets } from '../subsets/compare'

/**
 * Requests that go over whole columns or search texts: seconds at half a million rows. The web process has them answered
 * by a thread (client.ts); arguments and results are plain data.
 */
export const QUERIES = {
  rows: (db: Db, signal: AbortSignal, studyId: string, query: RowQuery) =>
    listRows(db, studyId, query, signal),
  lineage: (db: Db, signal: AbortSignal, studyId: string, query: LineageQuery) =>
    lineagePage(db, studyId, query, signal),
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
  ) => countRepeats(db, studyId, of, likenesses, signal),
  histogram: (db: Db, signal: AbortSignal, studyId: string, column: string, filter: RowFilter) =>
    columnHistogram(db, studyId, column, filter, signal),
  conditionCounts: (db: Db, signal: AbortSignal, studyId: string, filter: RowFilter) =>
    conditionCounts(db, studyId, filter, signal),
  describe: (
    db: Db,
    signal: AbortSignal,
    studyId: string,
    query: Parameters<typeof describeSelection>[2],
  ) => describeSelection(db, studyId, query, signal),
  facets: (
    db: Db,
    signal: AbortSignal,
    studyId: string,
    query: Parameters<typeof filterFacets>[2],
  ) => filterFacets(db, studyId, query, signal),
  figure: (db: Db, _signal: AbortSignal, studyId: string, request: FigureRequest) =>
    getStudyFigure(db, studyId, request),
  drawnValues: (db: Db, _signal: AbortSignal, studyId: string, request: FigureRequest) =>
    getDrawnValues(db, studyId, request),
  brushTiles: (db: Db, _signal: AbortSignal, studyId: string, request: BrushRequest) =>
    brushTiles(db, studyId, request),
  compareSummary: (db: Db, signal: AbortSignal, studyId: string, state: CompareState) =>
    compareSummary(db, studyId, state, signal),
  compareIntervals: (db: Db, signal: AbortSignal, studyId: string, state: CompareState) =>
    compareIntervals(db, studyId, state, signal),
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
  formulaPreview: (
    db: Db,
    signal: AbortSignal,
    studyId: string,
    formula: { text: string; own: string | null },
  ) => previewFormula(db, studyId, formula, signal),
  nearbyRows: (db: Db, _signal: AbortSignal, studyId: string, cellId: string, idx: number) =>
    nearbyRows(db, studyId, cellId, idx),
  decisionRows: (db: Db, signal: AbortSignal, studyId: string, filter: RowFilter) =>
    rowsOfFilter(db, studyId, filter, signal),
  operators: (db: Db, _signal: AbortSignal, studyId: string) => studyOperators(db, studyId),
  blindPairs: (db: Db, signal: AbortSignal, studyId: string, plan: BlindPlan) =>
    drawBlindPairs(db, studyId, plan, signal),
  blindResult: (db: Db, signal: AbortSignal, studyId: string, sessionId: string) =>
    blindResult(db, studyId, sessionId, signal),
  blindExport: (db: Db, signal: AbortSignal, studyId: string, sessionId: string) =>
    blindExport(db, studyId, sessionId, signal),
  exportCheck: (db: Db, signal: AbortSignal, request: ExportRequest) =>
    checkExport(db, request, signal),
  subsetComparison: (db: Db, signal: AbortSignal, studyId: string, ids: string[]) =>
    compareSubsets(db, studyId, ids, signal),
  subsetFunnel: (db: Db, signal: AbortSignal, studyId: string, rules: SubsetRule[]) =>
    subsetFunnel(db, studyId, rules, signal),
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
