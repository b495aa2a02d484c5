import { useQuery } from '@tanstack/react-query'
import {
  compareResultsEndpoint,
  deleteResultFileEndpoint,
  everyEvalEverEndpoint,
  importResultsEndpoint,
  listResultsEndpoint,
  mapModelEndpoint,
  paperResultsEndpoint,
  restoreResultFileEndpoint,
  resultsCsvEndpoint,
} from '@/lib/api/results'
import type { ImportResults, MappedModel } from '@/lib/contracts/results'
import { call, endpointUrl } from './api'
import { paperResultsKey, studyKeys } from './keys'
import { useChange } from './use-change'
import { uploadFile } from './upload-file'

/** Benchmark results of a study with their files and models. */
export function useResults(studyId: string) {
  return useQuery({
    queryKey: studyKeys.results(studyId),
    queryFn: ({ signal }) => call(listResultsEndpoint, { params: { studyId }, signal }),
  })
}

/** The paper's numbers, once they are asked for. */
export function usePaperResults(isShown: boolean) {
  return useQuery({
    queryKey: paperResultsKey,
    queryFn: ({ signal }) => call(paperResultsEndpoint, { signal }),
    enabled: isShown,
    // Printed numbers do not change.
    staleTime: Infinity,
  })
}

/** What can be said of two results, once two are chosen. */
export function useResultComparison(studyId: string, pair: readonly number[]) {
  const [a = 0, b = 0] = pair
  return useQuery({
    queryKey: studyKeys.resultComparison(studyId, pair),
    queryFn: ({ signal }) =>
      call(compareResultsEndpoint, { params: { studyId }, query: { a, b }, signal }),
    enabled: pair.length === 2,
  })
}

/** A file to import, under its name with the folders it came in. */
export interface NamedFile {
  name: string
  file: File
}

/** Uploads files one after the other and imports them together with a pasted table. */
export function useImportResults(studyId: string) {
  return useChange(
    async ({ files, ...request }: Omit<ImportResults, 'uploads'> & { files: NamedFile[] }) => {
      const uploads: NonNullable<ImportResults['uploads']> = []
      for (const { name, file } of files) {
        const { uploadId } = await uploadFile(file, name)
        uploads.push({ uploadId, relativePath: name })
      }
      return call(importResultsEndpoint, { params: { studyId }, body: { ...request, uploads } })
    },
    studyKeys.results(studyId),
  )
}

/** Says what a model was trained on. */
export function useMapModel(studyId: string) {
  return useChange(
    (body: Pick<MappedModel, 'source' | 'model' | 'mapping'>) =>
      call(mapModelEndpoint, { params: { studyId }, body }),
    studyKeys.results(studyId),
  )
}

export function useDeleteResultFile(studyId: string) {
  return useChange(
    (fileId: string) => call(deleteResultFileEndpoint, { params: { studyId, fileId } }),
    studyKeys.results(studyId),
  )
}

export function useRestoreResultFile(studyId: string) {
  return useChange(
    (fileId: string) => call(restoreResultFileEndpoint, { params: { studyId, fileId } }),
    studyKeys.results(studyId),
  )
}

/** Address of all results as CSV, with the paper's numbers where they are shown. */
export function resultsCsvUrl(studyId: string, paper: boolean): string {
  return endpointUrl(resultsCsvEndpoint, { params: { studyId }, query: { paper } })
}

/** Address of all results in the common schema of evaluation results. */
export function everyEvalEverUrl(studyId: string): string {
  return endpointUrl(everyEvalEverEndpoint, { params: { studyId } })
}
