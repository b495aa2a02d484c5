import { useQuery } from '@tanstack/react-query'
import { alignCellsEndpoint, alignmentEndpoint, similarityEndpoint } from '@/lib/api/cells'
import {
  forgetMappingEndpoint,
  previewImportEndpoint,
  startImportEndpoint,
} from '@/lib/api/imports'
import type { Parsed } from '@/lib/api/endpoint'
import type { AlignmentFacts, Pairing, ParentPlace } from '@/lib/contracts/operators'
import type { ImportPlan, OnFailure } from '@/lib/contracts/study'
import type { PreviewRequest } from '@/lib/contracts/uploads'
import { call } from './api'
import { useAsk } from './use-ask'
import { jobKeys, studyKeys } from './keys'
import { useChange, useChangeOf, useSend } from './use-change'

/** Reads the first rows of an uploaded file, or of the files of one folder, and says what they seem to be; nothing is imported. `siblings` are the names of the files dropped with it. */
export async function previewImport(
  studyId: string,
  upload: PreviewRequest | PreviewRequest[],
  siblings: readonly string[] = [],
  remembered = true,
): Promise<Parsed<typeof previewImportEndpoint.reply>> {
  const reply = await call(previewImportEndpoint, {
    params: { studyId },
    body: { uploads: [upload].flat(), siblings: [...siblings], remembered },
  })
  if (reply.previews.length === 0) throw new Error('The server sent no preview of this file.')
  return reply
}

export function useStartImports(studyId: string) {
  return useChange(
    (body: { plans: ImportPlan[]; onFailure: OnFailure }) =>
      call(startImportEndpoint, { params: { studyId }, body }),
    jobKeys.all,
    studyKeys.one(studyId),
    studyKeys.list,
  )
}

/** Forgets the mapping that was used last for files of a shape. */
export const useForgetMapping = () => useChangeOf(forgetMappingEndpoint, 'shape')

/** Asks what is chosen about the alignment of one file, now. */
export function fetchAlignmentFacts(studyId: string, cellId: string): Promise<AlignmentFacts> {
  return call(alignmentEndpoint, { params: { studyId, cellId } })
}

/** What can be chosen about the alignment of one file. */
export function useAlignmentFacts(studyId: string, cellId: string) {
  return useAsk(
    alignmentEndpoint,
    { params: { studyId, cellId } },
    studyKeys.alignment(studyId, cellId),
  )
}

/** How alike rows must be, how many may share a parent, and by which run's embeddings; without a run by the texts. */
export interface LikenessQuery {
  threshold: number
  pairing: Pairing
  run?: string
  parent: ParentPlace | null
}

/** What alignment of a file by likeness would come to; asked only while it is wanted. */
export function useSimilarity(
  studyId: string,
  cellId: string,
  query: LikenessQuery,
  enabled: boolean,
) {
  return useQuery({
    enabled,
    queryKey: studyKeys.similarity(studyId, cellId, query.run, query),
    queryFn: ({ signal }) =>
      call(similarityEndpoint, { params: { studyId, cellId }, query, signal }),
    // While a threshold moves; what another run or the texts gave is not shown under this one's name.
    placeholderData: (before, asked) => (asked?.queryKey.at(-2) === query.run ? before : undefined),
  })
}

/** Starts a job that aligns files again or gives them operators. */
export function useAlign(studyId: string) {
  return useSend(alignCellsEndpoint, { studyId }, jobKeys.all, studyKeys.one(studyId))
}
