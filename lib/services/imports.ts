import type { Job } from '@/lib/contracts/job'
import type { ImportPlan, ImportPreview } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { FormatError } from '@/lib/formats/format-error'
import { inspectSource, readRows, type Inspection } from '@/lib/formats/read'
import { FORMAT_IDS, type ColumnMapping, type FormatId, type ReadRow } from '@/lib/formats/types'
import { enqueue } from '@/lib/jobs/queue'
import { parentCellOf } from './alignments'
import { currentCells } from './cells'
import type { ServiceContext } from './context'
import { findKnownFile } from './imports-known'
import { guessPlace, type Place } from './imports-place'
import { getStudy } from './studies'
import { openUpload, purgeUploads, type OpenUpload } from './uploads'

/** Rows of a preview. */
const PREVIEW_ROWS = 20
/** Characters of each text of a preview. */
const PREVIEW_CHARACTERS = 2_000
/** Files of one import; a folder of more is likely not a study. */
const MAX_FILES = 500

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

function errorOf(error: FormatError): NonNullable<ImportPreview['error']> {
  return { message: error.message, row: error.row, byteOffset: error.byteOffset }
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

async function readHead(
  upload: OpenUpload,
  formatId: FormatId,
  mapping: ColumnMapping,
): Promise<{ rows: ReadRow[]; error: FormatError | null }> {
  const rows: ReadRow[] = []
  try {
    const options = { skipBadRows: true, batchRows: PREVIEW_ROWS }
    for await (const batch of readRows(upload.source, { formatId, mapping }, options)) {
      rows.push(...batch)
      if (rows.length >= PREVIEW_ROWS) break
    }
    return { rows: rows.slice(0, PREVIEW_ROWS), error: null }
  } catch (error) {
    if (error instanceof FormatError) return { rows, error }
    throw error
  }
}

function firstBadRow(rows: readonly ReadRow[]): FormatError | null {
  for (const read of rows) if (!read.ok) return read.error
  return null
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

function warningsOf(inspection: Inspection, notes: readonly string[]): string[] {
  const { detection, container } = inspection
  const warnings = [...notes, ...(container?.notes ?? [])]
  for (const issue of detection.issues) {
    if (issue.severity !== 'refuse') warnings.push(issue.message)
  }
  if (detection.importedValues.length > 0) {
    const labels = detection.importedValues.map((spec) => spec.label).join(', ')
    warnings.push(`Results of other tools stay with the rows as extra fields: ${labels}.`)
  }
  return warnings
}

function refusal(inspection: Inspection): ImportPreview['error'] {
  if (inspection.error) return errorOf(inspection.error)
  if (inspection.detection.formatId !== null) return null
  const refused = inspection.detection.issues.find((issue) => issue.severity === 'refuse')
  const message = refused?.message ?? 'The format of this file is not known. Choose one.'
  return { message, row: null, byteOffset: null }
}

/**
 * Returns what one upload seems to be and its first 20 rows as they would be stored. Nothing is imported; what is broken
 * is told in `error`.
 */
export async function previewUpload(
  ctx: ServiceContext,
  studyId: string,
  request: PreviewRequest,
): Promise<ImportPreview> {
  const upload = await openUpload(ctx.config, request.uploadId)
  const inspection = await inspectSource(upload.source)
  const { detection } = inspection
  const formatId = FORMAT_IDS.find((id) => id === request.format) ?? detection.formatId
  const mapping = request.mapping ?? detection.mapping
  const isChanged = formatId !== detection.formatId || request.mapping !== undefined
  let rows = inspection.preview
  let error = refusal(inspection)
  if (isChanged && formatId && !inspection.error) {
    const head = await readHead(upload, formatId, mapping)
    rows = head.rows
    error = head.error ? errorOf(head.error) : null
  }
  const { place, notes } = guessPlace(request.relativePath ?? upload.givenName)
  const warnings = warningsOf(inspection, notes)
  const bad = firstBadRow(rows)
  if (bad && !error) warnings.push(bad.message)
  if (place.align === 'index' && inputsDiffer(ctx, studyId, place, rows)) {
    place.align = 'none'
    warnings.push("Inputs differ from the parent's, so rows are not aligned by number.")
  }
  const known = findKnownFile(ctx.db, studyId, upload.sha256)
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

/** Returns the previews of several uploads, in their order. */
export async function previewImport(
  ctx: ServiceContext,
  studyId: string,
  requests: readonly PreviewRequest[],
): Promise<ImportPreview[]> {
  getStudy(ctx.db, studyId)
  const previews: ImportPreview[] = []
  for (const request of requests) previews.push(await previewUpload(ctx, studyId, request))
  return previews
}

function checkPlans(plans: readonly ImportPlan[]): void {
  if (plans.length === 0) throw new AppError('invalid_input', 'Choose at least one file to import.')
  if (plans.length > MAX_FILES) {
    throw new AppError('invalid_input', `Import at most ${MAX_FILES} files at once.`)
  }
  const places = new Map<string, string>()
  for (const plan of plans) {
    if (plan.seedSetKey.trim() === '') {
      throw new AppError('invalid_input', `${plan.fileName}: name the seed set.`)
    }
    const place = JSON.stringify([
      plan.seedSetKey,
      plan.armKey,
      plan.armKey === null ? 0 : plan.round,
    ])
    const rival = places.get(place)
    if (rival !== undefined) {
      throw new AppError(
        'invalid_input',
        `${rival} and ${plan.fileName} would take the same place. Give one another seed set, evolver or round.`,
      )
    }
    places.set(place, plan.fileName)
  }
}

/**
 * Queues one job that imports the files, parents before children, and returns it. Throws `invalid_input` when two files
 * would take the same place.
 */
export async function startImport(
  ctx: ServiceContext,
  studyId: string,
  plans: readonly ImportPlan[],
): Promise<Job> {
  getStudy(ctx.db, studyId)
  checkPlans(plans)
  for (const plan of plans) await openUpload(ctx.config, plan.uploadId)
  await purgeUploads(ctx.config)
  const [first] = plans
  const title = plans.length === 1 ? `Import ${first?.fileName}` : `Import ${plans.length} files`
  return enqueue(ctx.db, {
    kind: 'import',
    payload: { studyId, plans: [...plans] },
    title,
    studyId,
  })
}
