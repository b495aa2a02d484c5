import { useCallback, useEffect, useRef, useState } from 'react'
import { apiUpload } from '@/components/hooks/api'
import { previewImport } from '@/components/hooks/use-imports'
import type { ImportPlan, ImportPreview } from '@/lib/contracts/study'

export interface ImportFile {
  id: string
  name: string
  sizeBytes: number
  state: 'waiting' | 'uploading' | 'reading' | 'ready' | 'failed'
  sentBytes: number
  error: unknown
  preview: ImportPreview | null
  /** The plan as the user corrected it. */
  plan: ImportPlan | null
  /** Whether this file is imported. */
  isChosen: boolean
}

let nextId = 0

/** Path inside a dropped folder, or the name. */
function nameOf(file: File): string {
  const path = (file as File & { path?: string }).path ?? file.webkitRelativePath
  return (path || file.name).replace(/^\.?\//, '')
}

/** Files that a folder brings along and nobody means. */
function isJunk(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')
}

/** Uploads files one after the other, reads their first rows, and keeps the plans as they are corrected. */
export function useImportFiles(studyId: string, initialFiles: readonly File[]) {
  const [files, setFiles] = useState<ImportFile[]>([])
  const queue = useRef<{ id: string; file: File }[]>([])
  const stop = useRef(new AbortController())
  const running = useRef<AbortController | null>(null)

  const patch = useCallback((id: string, change: Partial<ImportFile>) => {
    setFiles((before) => before.map((one) => (one.id === id ? { ...one, ...change } : one)))
  }, [])

  const read = useCallback(
    async (id: string, file: File, signal: AbortSignal) => {
      try {
        patch(id, { state: 'uploading' })
        const onProgress = (sentBytes: number) => patch(id, { sentBytes })
        const { uploadId } = await apiUpload(file, nameOf(file), onProgress, signal)
        patch(id, { state: 'reading', sentBytes: file.size })
        const preview = await previewImport(studyId, { uploadId, relativePath: nameOf(file) })
        const isChosen = preview.error === null && preview.duplicateOf === null
        patch(id, { state: 'ready', preview, plan: preview.plan, isChosen })
      } catch (error) {
        if (!signal.aborted) patch(id, { state: 'failed', error })
      }
    },
    [patch, studyId],
  )

  const work = useCallback(async () => {
    const controller = stop.current
    if (running.current === controller) return
    running.current = controller
    const { signal } = controller
    // A file leaves the queue when it was read, so that a stopped loop loses none.
    for (let next = queue.current[0]; next && !signal.aborted; next = queue.current[0]) {
      const { id, file } = next
      await read(id, file, signal)
      if (!signal.aborted) queue.current = queue.current.filter((one) => one.id !== id)
    }
    if (running.current === controller) running.current = null
  }, [read])

  const add = useCallback(
    (added: readonly File[]) => {
      const entries = added
        .filter((file) => !isJunk(nameOf(file)))
        .map((file) => ({ id: `file-${(nextId += 1)}`, file }))
      queue.current.push(...entries)
      setFiles((before) => [
        ...before,
        ...entries.map(({ id, file }) => ({
          id,
          name: nameOf(file),
          sizeBytes: file.size,
          state: 'waiting' as const,
          sentBytes: 0,
          error: null,
          preview: null,
          plan: null,
          isChosen: false,
        })),
      ])
      void work()
    },
    [work],
  )

  const hasBegun = useRef(false)
  useEffect(() => {
    stop.current = new AbortController()
    if (!hasBegun.current && initialFiles.length > 0) add(initialFiles)
    else void work()
    hasBegun.current = true
    return () => stop.current.abort()
  }, [add, initialFiles, work])

  const remove = useCallback((id: string) => {
    queue.current = queue.current.filter((one) => one.id !== id)
    setFiles((before) => before.filter((one) => one.id !== id))
  }, [])

  /** Keeps the corrected plan; when the mapping changed, the first rows are read again under it. */
  const changePlan = useCallback(
    async (file: ImportFile, plan: ImportPlan) => {
      patch(file.id, { plan })
      const isSame = JSON.stringify(plan.mapping) === JSON.stringify(file.plan?.mapping)
      if (isSame && plan.format === file.plan?.format) return
      try {
        const { uploadId, format, mapping } = plan
        const preview = await previewImport(studyId, {
          uploadId,
          format,
          mapping,
          relativePath: file.name,
        })
        patch(file.id, { preview, isChosen: preview.error === null })
      } catch (error) {
        patch(file.id, { state: 'failed', error })
      }
    },
    [patch, studyId],
  )

  return { files, add, patch, changePlan, remove }
}
