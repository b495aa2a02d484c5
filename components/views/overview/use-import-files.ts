import { useCallback, useEffect, useRef, useState } from 'react'
import { uploadFile } from '@/components/hooks/upload-file'
import { previewImport } from '@/components/hooks/use-imports'
import { placeKey } from '@/lib/contracts/import-matrix'
import type { ImportPlan, ImportPreview } from '@/lib/contracts/study'
import type { PreviewRequest } from '@/lib/contracts/uploads'

export interface ImportFile {
  id: string
  name: string
  sizeBytes: number
  state: 'waiting' | 'uploading' | 'retrying' | 'reading' | 'ready' | 'failed'
  sentBytes: number
  error: unknown
  preview: ImportPreview | null
  /** The plan as the user corrected it. */
  plan: ImportPlan | null
  /** Whether this file is imported. */
  isChosen: boolean
}

/** As many as one import takes. */
const MAX_SIBLINGS = 500

let nextId = 0

/** Returns the path inside a dropped folder, or the name. */
export function nameOf(file: File): string {
  const path = (file as File & { path?: string }).path ?? file.webkitRelativePath
  return (path || file.name).replace(/^\.?\//, '')
}

/** Returns whether a folder brought the file along and nobody means it. */
export function isJunk(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')
}

/** Returns whether a file may be imported: nothing is asked of it, and it is whole or its broken rows are to be skipped. */
export function canImport(preview: ImportPreview, plan: ImportPlan): boolean {
  const { error } = preview
  if (plan.questions.length > 0) return false
  return error === null || (error.canSkip && plan.skipBadRows)
}

function readyFile(file: ImportFile, preview: ImportPreview, i: number): ImportFile {
  const isInArchive = preview.plan.fileName !== file.name.split('/').pop()
  return {
    ...file,
    id: i === 0 ? file.id : `${file.id}-${i}`,
    name: isInArchive ? preview.plan.fileName : file.name,
    sizeBytes: preview.plan.sizeBytes,
    state: 'ready',
    preview,
    plan: preview.plan,
    isChosen: canImport(preview, preview.plan) && preview.duplicateOf === null && preview.isPlaced,
  }
}

/** The parts of a plan on which depends how its first rows are read. */
const readingOf = (plan: ImportPlan | null) =>
  JSON.stringify([plan?.format, plan?.mapping, plan?.columns, plan?.opening])

/** What files of one shape have in common as long as nobody changed one of them alone. */
export const mappingOf = (plan: ImportPlan | null) =>
  JSON.stringify([plan?.format, plan?.mapping, plan?.columns, plan?.questions])

/** Returns the plan of another file of the same shape after a change of one, or null where the change is not its business. */
export function sharedPlan(
  other: ImportPlan | null,
  before: ImportPlan,
  after: ImportPlan,
): ImportPlan | null {
  if (!other || before.shape === null || other.shape !== before.shape) return null
  const isSame = mappingOf(other) === mappingOf(before) && mappingOf(before) !== mappingOf(after)
  if (!isSame) return null
  const { format, mapping, columns, questions, align } = after
  const isAligned = align !== before.align && other.armKey !== null
  return { ...other, format, mapping, columns, questions, ...(isAligned ? { align } : {}) }
}

/**
 * Returns a file with a preview that was asked for under `asked`. Whatever was changed since then stays; a preview for
 * another reading than the present one is out of date and changes nothing.
 */
export function withPreview(
  file: ImportFile,
  asked: ImportPlan,
  preview: ImportPreview,
  isReopened: boolean,
): ImportFile {
  const now = file.plan
  if (!now || readingOf(now) !== readingOf(asked)) return file
  const { seedSetKey, seedSetLabel, armKey, armLabel, armClass, scenario, round, skipBadRows } = now
  const place = { seedSetKey, seedSetLabel, armKey, armLabel, armClass, scenario, round }
  const plan = isReopened ? { ...preview.plan, ...place, skipBadRows } : now
  // What was taken out by hand stays out.
  const shown = file.preview
  const isOut = shown !== null && !file.isChosen && !shown.duplicateOf && canImport(shown, now)
  return { ...file, preview, plan, isChosen: !isOut && canImport(preview, plan) }
}

/** Files that say what the folder holds in which they lie. */
const LIST = /(?:^|\/)(?:dataset_info\.json|README\.md)$/
/** What is sent of such a folder: the list and what may be data. */
const SENT = /(?:\.(?:json|jsonl|ndjson|csv|tsv|parquet|gz|zst|md)|(?:^|\/)recipe\.yaml)$/i

/** What is no part of a data set and is told apart: an archive, or a workbook, which is refused. */
const APART = /\.(?:zip|xls|xlsx|xlsm|xlsb|ods)$/i

/** Returns the files one by one, and those of a folder that says what it holds as one group. */
export function groupsOf(files: readonly File[]): File[][] {
  const roots = files
    .map(nameOf)
    .filter((name) => LIST.test(name))
    .map((name) => name.replace(/[^/]*$/, ''))
  const root = roots.toSorted((a, b) => a.length - b.length)[0]
  const isInside = (file: File) => root !== undefined && nameOf(file).startsWith(root)
  const inside = files.filter((file) => isInside(file) && SENT.test(nameOf(file)))
  const isApart = (file: File) => !isInside(file) || APART.test(nameOf(file))
  const others = files.filter(isApart).map((file) => [file])
  return inside.length > 0 ? [inside, ...others] : others
}

function groupName(group: readonly File[]): string {
  const list = group.length > 1 ? group.map(nameOf).find((name) => LIST.test(name)) : undefined
  return list === undefined ? nameOf(group[0] as File) : list.replace(/\/?[^/]*$/, '') || list
}

function newFile(id: string, name: string, sizeBytes: number): ImportFile {
  const nothing = { error: null, preview: null, plan: null, isChosen: false }
  return { id, name, sizeBytes, state: 'waiting', sentBytes: 0, ...nothing }
}

/** Uploads files one after the other, reads their first rows, and keeps the plans as they are corrected. */
export function useImportFiles(studyId: string, initialFiles: readonly File[]) {
  const [files, setFiles] = useState<ImportFile[]>([])
  const [notes, setNotes] = useState<string[]>([])
  const queue = useRef<{ id: string; group: File[] }[]>([])
  /** Names of all files dropped here, which are judged together. */
  const dropped = useRef<string[]>([])
  const stop = useRef(new AbortController())
  const running = useRef<AbortController | null>(null)

  const patch = useCallback((id: string, change: Partial<ImportFile>) => {
    setFiles((before) => before.map((one) => (one.id === id ? { ...one, ...change } : one)))
  }, [])

  /** Shows what an upload seems to be; an archive gives way to the files in it. */
  const show = useCallback(
    async (id: string, upload: PreviewRequest | PreviewRequest[]) => {
      const { previews, notes: left } = await previewImport(studyId, upload, dropped.current)
      setNotes((before) => [...before, ...left])
      setFiles((before) =>
        before.flatMap((one) =>
          one.id === id ? previews.map((preview, i) => readyFile(one, preview, i)) : [one],
        ),
      )
    },
    [studyId],
  )

  const read = useCallback(
    async (id: string, group: readonly File[], signal: AbortSignal) => {
      try {
        patch(id, { state: 'uploading' })
        const uploads: PreviewRequest[] = []
        let before = 0
        for (const file of group) {
          const { uploadId } = await uploadFile(file, nameOf(file), {
            signal,
            onProgress: (sent) => patch(id, { sentBytes: before + sent }),
            onWaiting: (isWaiting) => patch(id, { state: isWaiting ? 'retrying' : 'uploading' }),
          })
          uploads.push({ uploadId, relativePath: nameOf(file) })
          before += file.size
        }
        patch(id, { state: 'reading', sentBytes: before })
        await show(id, uploads)
      } catch (error) {
        if (!signal.aborted) patch(id, { state: 'failed', error })
      }
    },
    [patch, show],
  )

  const work = useCallback(async () => {
    const controller = stop.current
    if (running.current === controller) return
    running.current = controller
    const { signal } = controller
    // A file leaves the queue when it was read, so that a stopped loop loses none.
    for (let next = queue.current[0]; next && !signal.aborted; next = queue.current[0]) {
      const { id, group } = next
      await read(id, group, signal)
      if (!signal.aborted) queue.current = queue.current.filter((one) => one.id !== id)
    }
    if (running.current === controller) running.current = null
  }, [read])

  const add = useCallback(
    (added: readonly File[]) => {
      const entries = added
        .filter((file) => !isJunk(nameOf(file)))
        // A dropped folder comes in no order; rounds read best in theirs.
        .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), 'en', { numeric: true }))
      const groups = groupsOf(entries).map((group) => ({ id: `file-${(nextId += 1)}`, group }))
      queue.current.push(...groups)
      dropped.current = [...dropped.current, ...entries.map(nameOf)].slice(-MAX_SIBLINGS)
      const waiting = groups.map(({ id, group }) => {
        const size = group.reduce((sum, file) => sum + file.size, 0)
        return newFile(id, groupName(group), size)
      })
      setFiles((before) => [...before, ...waiting])
      void work()
    },
    [work],
  )

  /** Adds uploads that the server made itself. */
  const addUploads = useCallback(
    async (uploads: readonly PreviewRequest[]) => {
      for (const upload of uploads) {
        const id = `file-${(nextId += 1)}`
        const name = upload.relativePath ?? 'file'
        setFiles((before) => [...before, { ...newFile(id, name, 0), state: 'reading' }])
        await show(id, upload).catch((error: unknown) => patch(id, { state: 'failed', error }))
      }
    },
    [patch, show],
  )

  const begunWith = useRef<readonly File[] | null>(null)
  useEffect(() => {
    stop.current = new AbortController()
    // Files dropped on the page while the dialog is open come as another list.
    const isNew = begunWith.current !== initialFiles
    begunWith.current = initialFiles
    if (isNew && initialFiles.length > 0) add(initialFiles)
    else void work()
    return () => stop.current.abort()
  }, [add, initialFiles, work])

  const remove = useCallback((id: string) => {
    queue.current = queue.current.filter((one) => one.id !== id)
    setFiles((before) => before.filter((one) => one.id !== id))
  }, [])

  /** Keeps the corrected plan; when the mapping changed, the first rows are read again under it. */
  const changeOne = useCallback(
    async (file: ImportFile, plan: ImportPlan) => {
      const skipChanged =
        plan.skipBadRows !== file.plan?.skipBadRows ||
        plan.questions.length !== file.plan?.questions.length
      const { preview: shown } = file
      // Values wait for a place that only the user knows.
      const isNowPlaced = shown?.values && file.plan && placeKey(plan) !== placeKey(file.plan)
      patch(file.id, {
        plan,
        ...((skipChanged || isNowPlaced) && shown ? { isChosen: canImport(shown, plan) } : {}),
      })
      if (readingOf(plan) === readingOf(file.plan)) return
      try {
        const { uploadId, format, mapping, opening, columns } = plan
        const isReopened = JSON.stringify(opening) !== JSON.stringify(file.plan?.opening)
        // A file that is opened in another way shows other columns: what was guessed before does not bind.
        const upload = isReopened
          ? { uploadId, opening }
          : { uploadId, format, mapping, opening, columns }
        const [preview] = (await previewImport(studyId, { ...upload, relativePath: file.name }))
          .previews
        if (!preview) return
        setFiles((before) =>
          before.map((one) =>
            one.id === file.id ? withPreview(one, plan, preview, isReopened) : one,
          ),
        )
      } catch (error) {
        patch(file.id, { state: 'failed', error })
      }
    },
    [patch, studyId],
  )

  /** Changes the plan of a file, and with `isShared` the mapping of all files of its shape that were read in the same way. */
  const changePlan = useCallback(
    (file: ImportFile, plan: ImportPlan, isShared: boolean) => {
      void changeOne(file, plan)
      if (!isShared || file.plan === null) return
      for (const other of files) {
        const shared = other.id === file.id ? null : sharedPlan(other.plan, file.plan, plan)
        if (shared) void changeOne(other, shared)
      }
    },
    [changeOne, files],
  )

  /** Reads a file again as if no file of its shape had been imported before, and takes the mapping that is detected. */
  const detect = useCallback(
    async (file: ImportFile, isShared: boolean) => {
      if (!file.plan) return
      const { uploadId, opening } = file.plan
      const upload = { uploadId, opening, relativePath: file.name }
      try {
        const [found] = (await previewImport(studyId, upload, [], false)).previews
        if (!found) return
        const { format, mapping, columns, questions } = found.plan
        changePlan(file, { ...file.plan, format, mapping, columns, questions }, isShared)
      } catch (error) {
        patch(file.id, { state: 'failed', error })
      }
    },
    [changePlan, patch, studyId],
  )

  return { files, notes, add, addUploads, patch, changePlan, detect, remove }
}
