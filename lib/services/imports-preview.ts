import type { ImportPreview } from '@/lib/contracts/study'
import { FormatError } from '@/lib/formats/format-error'
import { inspectSource, readRows, type Inspection } from '@/lib/formats/read'
import { FORMAT_IDS, type ColumnMapping, type FormatId, type ReadRow } from '@/lib/formats/types'
import { parentCellOf } from './alignments'
import { currentCells } from './cells'
import type { ServiceContext } from './context'
import { findKnownFile } from './imports-known'
import { settleLineage } from './imports-lineage'
import { evolvedPlace } from './imports-parents'
import { guessPlaces, type KnownSet, type Place } from './imports-place'
import { questionsOf } from './imports-questions'
import { getStudy } from './studies'
import { listSeedSets } from './studies-detail'
import { openUpload, type OpenUpload } from './uploads'

/** Rows of a preview. */
const PREVIEW_ROWS = 20
/** Files up to this size are read to their end before anything is imported; of larger ones the head. About half a second. */
const CHECK_BYTES = 32 * 1024 * 1024
/** Rows of a larger file that are looked at. */
const HEAD_ROWS = 200
/** Few rows at a time, so that other requests get their turn. */
const CHECK_BATCH_ROWS = 200
/** Characters of each text of a preview. */
const PREVIEW_CHARACTERS = 2_000
/** What the user changed before asking for another preview; absent fields are detected. */
export interface PreviewRequest {
  uploadId: string
  /** Path inside a dropped folder; its folders help to tell evolver and seed set. */
  relativePath?: string | undefined
  format?: string | undefined
  mapping?: ColumnMapping | undefined
}

function clamp(text: string | null): string | null {
  return text === null ? null : text.slice(0, PREVIEW_CHARACTERS)
}

type PreviewError = NonNullable<ImportPreview['error']>

function errorOf(error: FormatError): PreviewError {
  return { message: error.message, row: error.row, byteOffset: error.byteOffset, canSkip: false }
}

function wholeFile(message: string): PreviewError {
  return { message, row: null, byteOffset: null, canSkip: false }
}

function previewRows(rows: readonly ReadRow[]): ImportPreview['rows'] {
  return rows.flatMap((read) => {
    if (!read.ok) return []
    const { index, instruction, input, output, flags } = read.row
    return [
      {
        index,
        instruction: clamp(instruction) ?? '',
        input: clamp(input),
        output: clamp(output),
        flags: [...flags],
      },
    ]
  })
}

/** Reads rows under a plan until `limit`; returns the first of them and what is broken, if anything is. */
async function readUnder(
  upload: OpenUpload,
  plan: { formatId: FormatId; mapping: ColumnMapping },
  limit: number,
): Promise<{ rows: ReadRow[]; error: PreviewError | null }> {
  const rows: ReadRow[] = []
  let first: FormatError | null = null
  let seen = 0
  let bad = 0
  try {
    const options = { skipBadRows: true, batchRows: CHECK_BATCH_ROWS }
    for await (const batch of readRows(upload.source, plan, options)) {
      for (const read of batch) {
        if (rows.length < PREVIEW_ROWS) rows.push(read)
        if (read.ok) continue
        first ??= read.error
        bad += 1
      }
      seen += batch.length
      if (seen >= limit) break
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return { rows, error: errorOf(error) }
  }
  if (!first) return { rows, error: null }
  const more = bad > 1 ? ` ${bad - 1} more of the ${seen} rows looked at cannot be read.` : ''
  return {
    rows,
    error: { ...errorOf(first), message: `${first.message}${more}`, canSkip: bad < seen },
  }
}

/** Says when the first rows contradict alignment by index, so that it is not offered by default. */
function inputsDiffer(
  ctx: ServiceContext,
  studyId: string,
  place: Place,
  rows: readonly ReadRow[],
): boolean {
  const cells = currentCells(ctx.db, studyId)
  const seedSetId = cells.find((cell) => cell.seedSetKey === place.seedSetKey)?.seedSetId
  const armId = cells.find((cell) => cell.armKey === place.armKey)?.armId ?? ''
  if (!seedSetId) return false
  const parent = parentCellOf(cells, { seedSetId, armId, round: place.round })
  if (!parent) return false
  const input = ctx.db.$client
    .prepare("select coalesce(input, '') from rows where cell_no = ? and idx = ?")
    .pluck()
  return rows.some((read) => {
    if (!read.ok) return false
    const theirs = input.get(parent.no, read.row.index) as string | undefined
    return theirs !== undefined && theirs !== (read.row.input ?? '')
  })
}

function warningsOf(
  inspection: Inspection,
  notes: readonly string[],
  error: PreviewError | null,
): string[] {
  const { detection, container } = inspection
  const warnings = [...notes, ...(container?.notes ?? [])]
  for (const issue of detection.issues) {
    // A broken row is told once, as the error.
    const isTold = error?.message.startsWith(issue.message) ?? false
    const isAsked = issue.severity === 'ask' && detection.formatId !== null
    if (issue.severity !== 'refuse' && !isTold && !isAsked) warnings.push(issue.message)
  }
  if (detection.importedValues.length > 0) {
    const labels = detection.importedValues.map((spec) => spec.label).join(', ')
    warnings.push(
      `The rows carry results of another tool, which become columns marked as imported: ${labels}. How they were computed is not known.`,
    )
  }
  return warnings
}

function refusal(inspection: Inspection): PreviewError | null {
  if (inspection.error) return errorOf(inspection.error)
  if (inspection.detection.formatId !== null) return null
  const refused = inspection.detection.issues.find((issue) => issue.severity === 'refuse')
  return wholeFile(refused?.message ?? 'The format of this file is not known. Choose one.')
}

/** Returns the first rows as they would be stored under a format and a mapping, and what keeps the file from being imported. */
async function checkedRows(
  upload: OpenUpload,
  inspection: Inspection,
  chosen: { formatId: FormatId | null; mapping: ColumnMapping; isChanged: boolean },
): Promise<{ rows: ReadRow[]; error: PreviewError | null }> {
  const { formatId, mapping, isChanged } = chosen
  const refused = refusal(inspection)
  if (inspection.error || formatId === null || (refused && !isChanged)) {
    return { rows: inspection.preview, error: refused }
  }
  if (mapping.instruction === null && mapping.messages === null) {
    const error = wholeFile('No column is chosen as instruction. Choose one in the mapping.')
    return { rows: inspection.preview, error }
  }
  const limit = upload.sizeBytes <= CHECK_BYTES ? Infinity : HEAD_ROWS
  return readUnder(upload, { formatId, mapping }, limit)
}

type PlaceGuess = ReturnType<typeof guessPlaces>[number]

/** Judges the names of files together, those of `siblings` included, which are previewed apart. */
async function placesOf(
  ctx: ServiceContext,
  studyId: string,
  requests: readonly PreviewRequest[],
  siblings: readonly string[] = [],
): Promise<PlaceGuess[]> {
  const names: string[] = []
  for (const { uploadId, relativePath } of requests) {
    names.push(relativePath ?? (await openUpload(ctx.config, uploadId)).givenName)
  }
  const others = siblings.filter((name) => !names.includes(name))
  const known: KnownSet[] = listSeedSets(ctx.db, studyId)
  return guessPlaces([...names, ...others], known).slice(0, names.length)
}

/**
 * Returns what one upload seems to be and its first 20 rows as they would be stored. Nothing is imported; what is broken
 * is told in `error`.
 */
export async function previewUpload(
  ctx: ServiceContext,
  studyId: string,
  request: PreviewRequest,
  guessed?: PlaceGuess,
): Promise<ImportPreview> {
  const upload = await openUpload(ctx.config, request.uploadId)
  const chosenFormat = FORMAT_IDS.find((id) => id === request.format)
  const chosen = { formatId: chosenFormat, mapping: request.mapping }
  const inspection = await inspectSource(upload.source, {}, chosen)
  const { detection } = inspection
  const formatId = chosenFormat ?? detection.formatId
  const mapping = request.mapping ?? detection.mapping
  const isChanged = chosenFormat !== undefined || request.mapping !== undefined
  const { rows, error } = await checkedRows(upload, inspection, { formatId, mapping, isChanged })
  const guess = guessed ?? ((await placesOf(ctx, studyId, [request]))[0] as PlaceGuess)
  const { place, notes } = mapping.parent ? evolvedPlace(guess, mapping.parent) : guess
  const warnings = warningsOf(inspection, notes, error)
  warnings.push(
    ...settleLineage(place, mapping, detection.keys, () => inputsDiffer(ctx, studyId, place, rows)),
  )
  const known = findKnownFile(ctx.db, studyId, upload.sha256, mapping)
  return {
    plan: {
      uploadId: upload.uploadId,
      fileName: upload.fileName,
      sizeBytes: upload.sizeBytes,
      sha256: upload.sha256,
      format: formatId ?? '',
      mapping,
      ...place,
      skipBadRows: false,
      // A file that is refused has nothing to ask before.
      questions: formatId === null ? [] : questionsOf(detection.issues),
    },
    keys: detection.keys,
    confidence: detection.confidence,
    reasons: detection.reasons,
    warnings,
    error,
    duplicateOf: known && {
      cellId: known.cellId,
      label: `${known.fileName}, revision ${known.revision}`,
    },
    rows: previewRows(rows),
  }
}

/** Returns the previews of several uploads, in their order; `siblings` names further files that belong to them. */
export async function previewImport(
  ctx: ServiceContext,
  studyId: string,
  requests: readonly PreviewRequest[],
  siblings: readonly string[] = [],
): Promise<ImportPreview[]> {
  getStudy(ctx.db, studyId)
  const places = await placesOf(ctx, studyId, requests, siblings)
  const previews: ImportPreview[] = []
  for (const [k, request] of requests.entries()) {
    previews.push(await previewUpload(ctx, studyId, request, places[k]))
  }
  return previews
}
