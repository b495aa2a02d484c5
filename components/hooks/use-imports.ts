import { useMutation, useQueryClient } from '@tanstack/react-query'
import { previewImportEndpoint, startImportEndpoint } from '@/lib/api/imports'
import type { Parsed } from '@/lib/api/endpoint'
import type { ImportPlan } from '@/lib/contracts/study'
import type { PreviewRequest } from '@/lib/contracts/uploads'
import { call } from './api'
import { jobKeys, studyKeys } from './keys'

/** Reads the first rows of an uploaded file and says what it seems to be; nothing is imported. `siblings` are the names of the files dropped with it. */
export async function previewImport(
  studyId: string,
  upload: PreviewRequest,
  siblings: readonly string[] = [],
): Promise<Parsed<typeof previewImportEndpoint.reply>> {
  const reply = await call(previewImportEndpoint, {
    params: { studyId },
    body: { uploads: [upload], siblings: [...siblings] },
  })
  if (reply.previews.length === 0) throw new Error('The server sent no preview of this file.')
  return reply
}

export function useStartImports(studyId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (plans: ImportPlan[]) =>
      call(startImportEndpoint, { params: { studyId }, body: { plans } }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: jobKeys.all }),
        client.invalidateQueries({ queryKey: studyKeys.one(studyId) }),
        client.invalidateQueries({ queryKey: studyKeys.list }),
      ]),
  })
}
