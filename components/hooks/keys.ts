import type { CompareState } from '@/lib/contracts/compare'
import type { ExportRequest } from '@/lib/contracts/export'
import type { RowFilter, ViewState } from '@/lib/contracts/filter'
import type { LineageSort } from '@/lib/contracts/lineage'

// The one place that makes query keys. A key begins with those of what it belongs to, so that whoever changes something
// names the shortest key that covers it.

const study = (studyId: string) => ['study', studyId] as const
const values = (studyId: string) => [...study(studyId), 'values'] as const
const rows = (studyId: string) => [...values(studyId), 'rows'] as const
const compare = (studyId: string) => [...values(studyId), 'compare'] as const

export const studyKeys = {
  list: ['studies'] as const,
  /** Sizes of all studies. */
  storage: ['studies', 'storage'] as const,
  /** Everything that belongs to one study. */
  one: study,
  /** Cells, columns and runs. */
  detail: (studyId: string) => [...study(studyId), 'detail'] as const,
  mergePlan: (studyId: string, request: object | null) =>
    [...study(studyId), 'merge-plan', request] as const,
  views: (studyId: string) => [...study(studyId), 'views'] as const,
  decisions: (studyId: string) => [...study(studyId), 'decisions'] as const,
  decisionLog: (studyId: string, query: object) => [...study(studyId), 'decisions', query] as const,
  operators: (studyId: string) => [...study(studyId), 'operators'] as const,
  figures: (studyId: string) => [...study(studyId), 'figures'] as const,
  alignment: (studyId: string, cellId: string) => [...study(studyId), 'alignment', cellId] as const,
  similarity: (studyId: string, cellId: string, run: string | undefined, query: unknown) =>
    [...study(studyId), 'similarity', cellId, run, query] as const,
  results: (studyId: string) => [...study(studyId), 'results'] as const,
  resultComparison: (studyId: string, pair: readonly number[]) =>
    [...study(studyId), 'results', 'compare', pair] as const,
  formulas: (studyId: string) => [...study(studyId), 'formulas'] as const,
  formulaPreview: (studyId: string, text: string, own: string | null) =>
    [...study(studyId), 'formulas', text, own] as const,
  /** All blind sessions; each with its pair or result lies below it. */
  blind: (studyId: string) => [...study(studyId), 'blind'] as const,
  blindState: (studyId: string, sessionId: string) =>
    [...study(studyId), 'blind', sessionId, 'state'] as const,
  blindResult: (studyId: string, sessionId: string) =>
    [...study(studyId), 'blind', sessionId, 'result'] as const,
  subsets: (studyId: string) => [...study(studyId), 'subsets'] as const,
  subsetFunnel: (studyId: string, rules: readonly object[]) =>
    [...values(studyId), 'subset-funnel', rules] as const,
  /** All experiments; each with its stages and items lies below. */
  experiments: (studyId: string) => [...study(studyId), 'experiments'] as const,
  experiment: (studyId: string, id: string) => [...study(studyId), 'experiments', id] as const,
  stageItems: (studyId: string, id: string, query: object) =>
    [...study(studyId), 'experiments', id, query] as const,
  responses: (studyId: string) => [...values(studyId), 'responses'] as const,
  maps: (studyId: string) => [...study(studyId), 'maps'] as const,
  mapPoints: (studyId: string, stamp: string) => [...study(studyId), 'map-points', stamp] as const,
  /** Marks may be filtered by, so a mark changes them. */
  mapColours: (studyId: string, stamp: string, by: string, filter: RowFilter) =>
    [...rows(studyId), 'map-colours', stamp, by, filter] as const,
  exports: (studyId: string) => [...study(studyId), 'exports'] as const,
  exportCheck: (request: ExportRequest) =>
    [...values(request.studyId), 'export-check', request] as const,
  /** Whatever shows rows or values: new ones make all of it stale. */
  values,
  /** Rows in lists, alone and counted: what a mark changes. */
  rows,
  /** First and further windows of all lists. */
  rowWindows: (studyId: string) => [...rows(studyId), 'window'] as const,
  rowWindow: (studyId: string, state: ViewState, page: number) =>
    [...rows(studyId), 'window', state, page] as const,
  rowCount: (studyId: string, filter: RowFilter) => [...rows(studyId), 'count', filter] as const,
  row: (studyId: string, row: { cellId: string; idx: number } | null, search?: unknown) =>
    [...rows(studyId), 'one', row, search] as const,
  regex: (pattern: string, ignoreCase: boolean) => ['regex', pattern, ignoreCase] as const,
  nearby: (studyId: string, row: { cellId: string; idx: number }) =>
    [...values(studyId), 'nearby', row] as const,
  /** Steps show marks, so a mark changes them. */
  lineage: (
    studyId: string,
    state: { filter: RowFilter; sort: LineageSort; columns: readonly string[] },
    page: number,
  ) => [...rows(studyId), 'lineage', state, page] as const,
  lineagePlace: (studyId: string, filter: unknown, sort: unknown, row: unknown) =>
    [...rows(studyId), 'lineage-place', filter, sort, row] as const,
  description: (studyId: string, filter: RowFilter) =>
    [...rows(studyId), 'description', filter] as const,
  conditionCounts: (studyId: string, filter: RowFilter) =>
    [...rows(studyId), 'condition-counts', filter] as const,
  /** Marks are counted too, so a mark changes them. */
  anyFacets: (studyId: string) => [...rows(studyId), 'facets'] as const,
  facets: (studyId: string, filter: RowFilter, columns: readonly string[]) =>
    [...rows(studyId), 'facets', filter, columns] as const,
  repeats: (studyId: string, of: string, isAcross: boolean) =>
    [...values(studyId), 'repeats', of, isAcross] as const,
  figure: (
    studyId: string,
    figureId: string,
    options: Record<string, unknown>,
    filter: RowFilter,
  ) => [...values(studyId), 'figure', figureId, options, filter] as const,
  claims: (studyId: string) => [...values(studyId), 'claims'] as const,
  claimList: (studyId: string, choice: object) =>
    [...values(studyId), 'claims', 'list', choice] as const,
  claimCard: (studyId: string, choice: object, claim: string) =>
    [...values(studyId), 'claims', 'card', choice, claim] as const,
  measures: (studyId: string) => [...values(studyId), 'measures'] as const,
  agreement: (studyId: string, runs: readonly string[]) =>
    [...values(studyId), 'agreement', runs] as const,
  compareSummary: (studyId: string, state: CompareState) =>
    [...compare(studyId), 'summary', state] as const,
  compareIntervals: (studyId: string, state: CompareState) =>
    [...compare(studyId), 'intervals', state] as const,
  comparePage: (studyId: string, state: CompareState, page: number) =>
    [...compare(studyId), 'rows', state, page] as const,
  /** Texts never change. */
  pairTexts: (
    studyId: string,
    state: CompareState,
    pair: { seedSetKey: string; slot: number; copy: number },
  ) => [...study(studyId), 'pair-texts', state, pair] as const,
}

export const hubKeys = {
  dataset: (query: { name: string; revision: string }) => ['hub', query] as const,
}

export const searchProgressKey = ['search-progress'] as const

export const jobKeys = {
  all: ['jobs'] as const,
  downloads: ['jobs', 'downloads'] as const,
  list: (studyId: string | null) => ['jobs', 'list', studyId] as const,
  one: (jobId: string) => ['jobs', 'one', jobId] as const,
}

export const backendKeys = {
  list: ['backends'] as const,
  connect: ['connect-info'] as const,
  models: ['models'] as const,
  history: (backendId: string, probedAt: unknown) =>
    ['backend-history', backendId, probedAt] as const,
}

export const promptKeys = {
  list: ['prompts'] as const,
  rows: (studyId: string, seed: number) => ['prompt-rows', studyId, seed] as const,
}

export const subsetKitKey = ['subset-rules'] as const
export const exportFormatsKey = ['export-formats'] as const
export const paperResultsKey = ['paper-results'] as const
export const metricsKey = ['metrics'] as const
export const apiDocumentKey = ['api-document'] as const

/** A run with the texts of its prompts. */
export const runCardKey = (runId: string) => ['run-card', runId] as const

/** How a run's replies were read, with so many rows done. */
export const judgingKey = (runId: string, done: number) => ['judging', runId, done] as const

export const systemKey = ['system'] as const
export const sandboxKey = ['sandbox'] as const
