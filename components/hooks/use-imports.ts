import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Job } from '@/lib/contracts/job'
import type { ImportPlan, ImportPreview } from '@/lib/contracts/study'
import { apiPost } from './api'
import { jobKeys, studyKeys } from './keys'

/** One upload to look at; absent fields are detected. */
interface PreviewRequest {
  uploadId: string
  relativePath?: string
  format?: string
  mapping?: ImportPlan['mapping']
  opening?: ImportPlan['opening']
  columns?: ImportPlan['columns']
}

/** What an upload holds: one file, or the data files of an archive and what was left out of it. */
interface Previews {
  previews: ImportPreview[]
  notes: string[]
}

/** Reads the first rows of an uploaded file and says what it seems to be; nothing is imported. `siblings` are the names of the files dropped with it. */
export async function previewImport(
  studyId: string,
  upload: PreviewRequest,
  siblings: readonly string[] = [],
): Promise<Previews> {
  const body = { uploads: [upload], siblings }
  const reply = await apiPost<Previews>(`/studies/${studyId}/imports/preview`, body)
  if (reply.previews.length === 0) throw new Error('The server sent no preview of this file.')
  return reply
}

export function useStartImports(studyId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (plans: ImportPlan[]) =>
      apiPost<{ jobs: Job[] }>(`/studies/${studyId}/imports`, { plans }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: jobKeys.all }),
        client.invalidateQueries({ queryKey: studyKeys.one(studyId) }),
        client.invalidateQueries({ queryKey: studyKeys.list }),
      ]),
  })
}
