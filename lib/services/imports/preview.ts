import { isDeepStrictEqual } from 'node:util'
import { and, eq, inArray } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { rows as storedRows } from '@/db/schema'
import { placeKey } from '@/lib/contracts/import-matrix'
import { PLAIN_OPENING } from '@/lib/contracts/opening'
import type { ImportPreview } from '@/lib/contracts/study'
import { AppError } from '@/lib/errors'
import { parentCellOf } from '../alignments'
import { currentCells, type CellRef } from '../cells'
import type { ServiceContext } from '../context'
import { filesHere, type FileTasks } from '../files/tasks'
import { findKnownFile } from './known'
import { failedLook, PREVIEW_CHARACTERS, type FileLook } from './look'
import { settleLineage } from './lineage'
import { evolvedPlace } from './parents'
import { guessPlaces, restoredPlace, type FilePlace, type KnownSet, type Place } from './place'
import { rememberedMapping } from './remembered'
import type { PreviewRequest } from '@/lib/contracts/uploads'
import { getStudy } from '../studies'
import { listSeedSets } from '../studies/detail'
import { openUpload, type OpenUpload } from './uploads'
import { holdsValues } from './values-file'

/** Says when the first rows contradict alignment by index, so that it is not offered by default. */
function inputsDiffer(
  ctx: ServiceContext,
  studyId: string,
  place: Place,
  rows: ImportPreview['rows'],
): boolean {
  const cells = currentCells(ctx.db, studyId)
  const seedSetId = cells.find((cell) => cell.seedSetKey === place.seedSetKey)?.seedSetId
  const armId = cells.find((cell) => cell.armKey === place.armKey)?.armId ?? ''
  if (!seedSetId) return false
  const parent = parentCellOf(cells, { seedSetId, armId, round: place.round })
  if (!parent) return false
  const indices = rows.map((row) => row.index)
  const found = ctx.db
    .select({ idx: storedRows.idx, input: storedRows.input })
    .from(storedRows)
    .where(and(eq(storedRows.cellNo, parent.no), inArray(storedRows.idx, indices)))
    .all()
  const inputs = new Map(found.map(({ idx, input }) => [idx, input ?? '']))
  return rows.some((row) => {
    const theirs = inputs.get(row.index)
    // A preview holds the beginning of a text, and that is enough to tell two inputs apart.
    return theirs !== undefined && theirs.slice(0, PREVIEW_CHARACTERS) !== (row.input ?? '')
  })
}

/** A file that no reader survives is told like any other that cannot be read; the other files are not its business. */
async function lookAt(
  files: FileTasks,
  upload: OpenUpload,
  request: PreviewRequest,
  signal: AbortSignal | undefined,
): Promise<FileLook> {
  try {
    const task = {
      path: upload.path,
      name: upload.fileName,
      sizeBytes: upload.sizeBytes,
      format: request.format ?? null,
      mapping: request.mapping ?? null,
      opening: request.opening ?? PLAIN_OPENING,
      columns: request.columns ?? [],
    }
    return await files.look(task, signal)
  } catch (error) {
    if (error instanceof AppError && error.code === 'data_error') return failedLook(error.message)
    throw error
  }
}

interface Reading {
  look: FileLook
  remembered: ImportPreview['remembered']
  wasAsked: boolean
}

/**
 * Looks at a file as it is detected, and once more under the mapping that was used last for its shape: that one is taken where
 * neither this file nor the one before left a doubt, and only offered otherwise.
 */
async function readingOf(
  ctx: ServiceContext,
  look: (request: PreviewRequest) => Promise<FileLook>,
  request: PreviewRequest,
  isRemembering: boolean,
): Promise<Reading> {
  const first = await look(request)
  const wasAsked = first.questions.length > 0
  const isChosen = request.mapping !== undefined || request.format !== undefined
  const last = isRemembering && !isChosen ? rememberedMapping(ctx.db, first.shape) : null
  const columns = request.columns ?? []
  const isSame =
    !last ||
    isDeepStrictEqual(
      [last.format, compact(last.mapping), last.columns],
      [first.formatId, compact(first.mapping), columns],
    )
  if (isSame) return { look: first, remembered: null, wasAsked }
  const isSure = !wasAsked && !last.wasAsked && first.error === null && columns.length === 0
  if (isSure) {
    const { format, mapping, columns: chosen } = last
    const second = await look({ ...request, format, mapping, columns: chosen })
    if (second.error === null) {
      return { look: second, remembered: { ...last, isApplied: true }, wasAsked }
    }
  }
  return { look: first, remembered: { ...last, isApplied: false }, wasAsked }
}

/** A field that is absent and one that names no column mean the same. */
function compact(mapping: object): object {
  return Object.fromEntries(Object.entries(mapping).filter(([, value]) => value != null))
}

function rememberedNote(remembered: ImportPreview['remembered']): string[] {
  if (!remembered) return []
  const { fileName, studyName, usedAt, isApplied } = remembered
  const last = `for ${fileName} in the study ${studyName} on ${new Date(usedAt).toISOString().slice(0, 10)}`
  return [
    isApplied
      ? `The mapping is the one used ${last}: the columns and the kinds of their values are the same.`
      : `Another mapping was used ${last}, which has the same columns. It is not applied, because something is open to doubt.`,
  ]
}

/** Where a file seems to belong, and what was noticed. */
export type PlaceGuess = FilePlace

/** Returns where files seem to belong; their names are judged together, those of `siblings` included, which are previewed apart. */
export async function placesOf(
  ctx: ServiceContext,
  studyId: string | null,
  requests: readonly PreviewRequest[],
  siblings: readonly string[] = [],
): Promise<PlaceGuess[]> {
  const names: string[] = []
  const restored: (PlaceGuess | null)[] = []
  for (const { uploadId, relativePath } of requests) {
    const upload = await openUpload(ctx.config, uploadId)
    names.push(relativePath ?? upload.givenName)
    restored.push(upload.restored && restoredPlace(upload.restored))
  }
  const others = siblings.filter((name) => !names.includes(name))
  const known: KnownSet[] = studyId ? listSeedSets(ctx.db, studyId) : []
  const guessed = guessPlaces([...names, ...others], known).slice(0, names.length)
  return guessed.map((guess, k) => restored[k] ?? guess)
}

/** The name of a file of values seldom says whose rows they are; what the study leaves no choice about is meant. */
function placeOfValues(db: Db, studyId: string, place: Place): CellRef | undefined {
  const cells = currentCells(db, studyId)
  const at = cells.find((cell) => placeKey(cell) === placeKey(place))
  const sets = new Set(cells.map(({ seedSetKey }) => seedSetKey))
  const set = sets.size === 1 ? [...sets][0] : place.seedSetKey
  const [only, ...others] = cells.filter(
    ({ seedSetKey, armKey }) => seedSetKey === set && armKey !== null && armKey === place.armKey,
  )
  const cell = at ?? (others.length === 0 ? only : undefined)
  const seedSetKey = cell?.seedSetKey ?? set ?? place.seedSetKey
  const label = listSeedSets(db, studyId).find(({ key }) => key === seedSetKey)?.label
  Object.assign(place, { seedSetKey, seedSetLabel: label ?? place.seedSetLabel })
  if (cell) place.round = cell.round
  return cell
}

/** How previews are made. */
export interface PreviewOptions {
  /** Who reads the files; default this process. */
  files?: FileTasks
  signal?: AbortSignal
  /** Names of further files that belong to them: names are judged together. */
  siblings?: readonly string[]
  /** Takes the mapping that was used last for files of the same shape, where nothing is doubtful. Default false. */
  isRemembering?: boolean
}

/**
 * Returns what one upload seems to be and its first 20 rows as they would be stored. Nothing is imported; what is broken
 * is told in `error`. Without a study (`null`: it is still to be made) nothing is known of other files.
 */
export async function previewUpload(
  ctx: ServiceContext,
  studyId: string | null,
  request: PreviewRequest,
  { files = filesHere, signal, isRemembering = false }: PreviewOptions = {},
  guessed?: PlaceGuess,
): Promise<ImportPreview> {
  const upload = await openUpload(ctx.config, request.uploadId)
  const looking = (asked: PreviewRequest) => lookAt(files, upload, asked, signal)
  const reading = await readingOf(ctx, looking, request, isRemembering)
  const { remembered, wasAsked } = reading
  const { formatId, mapping, questions, shape, ...look } = reading.look
  const guess = guessed ?? ((await placesOf(ctx, studyId, [request]))[0] as PlaceGuess)
  const { place, notes } = mapping.parent ? evolvedPlace(guess, mapping.parent) : guess
  const cell = look.values && studyId !== null ? placeOfValues(ctx.db, studyId, place) : undefined
  // What is noticed of a name is about rows.
  const warnings = look.values
    ? [...look.warnings]
    : [...rememberedNote(remembered), ...notes, ...look.warnings]
  if (!guess.isPlaced && !look.values) {
    warnings.push(
      'The names of the other files say where they belong, this one does not. Give it a place first.',
    )
  }
  const differ = () => studyId !== null && inputsDiffer(ctx, studyId, place, look.rows)
  warnings.push(...settleLineage(place, mapping, look.keys, differ))
  const opening = request.opening ?? PLAIN_OPENING
  const columns = (remembered?.isApplied ? remembered.columns : request.columns) ?? []
  const how = { mapping, opening, columns }
  const known = studyId && !look.values ? findKnownFile(ctx.db, studyId, upload.sha256, how) : null
  const isHeld =
    studyId !== null && cell && holdsValues(ctx.db, studyId, cell, { ...upload, part: null })
  return {
    ...look,
    plan: {
      uploadId: upload.uploadId,
      fileName: upload.fileName,
      sizeBytes: upload.sizeBytes,
      sha256: upload.sha256,
      format: formatId ?? '',
      mapping,
      opening,
      columns,
      ...place,
      ...(look.values ? { align: 'none', operators: 'none' } : {}),
      skipBadRows: false,
      part: null,
      shape,
      wasAsked,
      questions,
    },
    warnings,
    // The names of files of values seldom tell a place; one that holds no rows is none.
    isPlaced: look.values ? cell !== undefined || place.armKey !== null : guess.isPlaced,
    remembered,
    duplicateOf:
      cell && isHeld
        ? { cellId: cell.id, label: 'the same values, of the file at this place' }
        : known && {
            cellId: known.cellId,
            label: `${known.fileName}, revision ${known.revision}`,
          },
  }
}

/** Returns the previews of several uploads, in their order. */
export async function previewImport(
  ctx: ServiceContext,
  studyId: string | null,
  requests: readonly PreviewRequest[],
  options: PreviewOptions = {},
): Promise<ImportPreview[]> {
  if (studyId) getStudy(ctx.db, studyId)
  const places = await placesOf(ctx, studyId, requests, options.siblings)
  const previews: ImportPreview[] = []
  for (const [k, request] of requests.entries()) {
    previews.push(await previewUpload(ctx, studyId, request, options, places[k]))
  }
  return previews
}
