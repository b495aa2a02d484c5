import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { parseAsBoolean, parseAsJson, parseAsString, useQueryStates } from 'nuqs'
import {
  checkExportEndpoint,
  countTokensEndpoint,
  downloadExportEndpoint,
  exportFileEndpoint,
  exportRecipeEndpoint,
  listExportFormatsEndpoint,
  listExportsEndpoint,
  startExportEndpoint,
} from '@/lib/api/export'
import {
  exportFieldsSchema,
  exportOptionsSchema,
  pairChoiceSchema,
  type ExportRequest,
} from '@/lib/contracts/export'
import { atomsOf } from '@/lib/contracts/condition'
import type { RowFilter } from '@/lib/contracts/filter'
import { call, endpointUrl } from './api'
import { exportFormatsKey, jobKeys, studyKeys } from './keys'
import { useAsk } from './use-ask'
import { useSend } from './use-change'

const onlySchema = exportFieldsSchema.shape.only

const parsers = {
  format: parseAsString,
  name: parseAsString,
  metrics: parseAsBoolean.withDefault(false),
  lineage: parseAsBoolean.withDefault(false),
  decisions: parseAsBoolean.withDefault(false),
  only: parseAsJson((value) => onlySchema.safeParse(value).data ?? null),
  responses: parseAsString,
  pairs: parseAsJson((value) => pairChoiceSchema.safeParse(value).data ?? null),
  /** Options of the formats that differ from their defaults; kept while formats are tried. */
  options: parseAsJson(exportOptionsSchema).withDefault({}),
}

/** The export that the page is set to, kept in the URL. */
export function useExportParams() {
  return useQueryStates(parsers, { history: 'replace' })
}

export type ExportParams = ReturnType<typeof useExportParams>[0]

/** The formats in which rows are written, with their options. */
export function useExportFormats() {
  return useAsk(listExportFormatsEndpoint, {}, exportFormatsKey, {
    // Descriptions are part of the program: they change with a new version, not while a page is open.
    staleTime: Infinity,
  })
}

/** The checks of an export; asked again whenever a setting changes. */
export function useExportCheck(request: ExportRequest) {
  return useAsk(
    checkExportEndpoint,
    { params: { studyId: request.studyId }, body: request },
    studyKeys.exportCheck(request),
    { placeholderData: keepPreviousData },
  )
}

// A download that has just begun is listed at once and gets its size when it has been sent.
const UNFINISHED_REFETCH_MS = 2_000

export function usePreviousExports(studyId: string, enabled = true) {
  return useQuery({
    enabled,
    queryKey: studyKeys.exports(studyId),
    queryFn: ({ signal }) => call(listExportsEndpoint, { params: { studyId }, signal }),
    refetchInterval: (query) =>
      query.state.data?.some((one) => one.bytes === null && Date.now() - one.createdAt < 60_000)
        ? UNFINISHED_REFETCH_MS
        : false,
  })
}

/** Names of the study's exports by id, for a filter that names any. */
export function useExportNames(studyId: string, filter: RowFilter): ReadonlyMap<string, string> {
  const named = filter.where ? atomsOf(filter.where).some(({ is }) => is === 'export') : false
  const { data } = usePreviousExports(studyId, named || (filter.exports ?? []).length > 0)
  return new Map(data?.map(({ id, name }) => [id, name]))
}

/** Lists the exports again a moment after a download began. */
export function useDownloadStarted(studyId: string): () => void {
  const client = useQueryClient()
  return () => {
    setTimeout(() => void client.invalidateQueries({ queryKey: studyKeys.exports(studyId) }), 800)
  }
}

/** Writes an export to a file in a job. */
export function useStartExport(studyId: string) {
  return useSend(startExportEndpoint, { studyId }, studyKeys.exports(studyId))
}

/** Counts the tokens of the rows in a job; the check is asked again when it ends. */
export function useCountTokens(studyId: string) {
  return useSend(countTokensEndpoint, { studyId }, jobKeys.all)
}

export function exportFileUrl(studyId: string, exportId: string): string {
  return endpointUrl(exportFileEndpoint, { params: { studyId, exportId } })
}

/** Address of a download: a plain link, so that the browser streams it to disk. */
export function downloadUrl(request: ExportRequest): string {
  const params = { studyId: request.studyId }
  return endpointUrl(downloadExportEndpoint, { params, query: { request } })
}

export function recipeUrl(studyId: string, exportId: string): string {
  return endpointUrl(exportRecipeEndpoint, { params: { studyId, exportId } })
}
