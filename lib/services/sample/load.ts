import { and, eq } from 'drizzle-orm'
import { z } from 'zod'
import { cells, runs, studies } from '@/db/schema'
import { inTransaction, type Db } from '@/db/client'
import type { CellSource } from '@/lib/contracts/cell'
import { statusCode } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { publishEvolvedCell } from '../cells/evolved'
import {
  appendResponses,
  appendRows,
  discardCell,
  openResponseSet,
  openStagedCell,
  publishCell,
  type NewResponse,
  type NewResponseSet,
  plainRow,
} from '../cells/staging'
import { storeDraftColumns } from '../experiments/draft-columns'
import { definitionHash } from '../runs/definition'
import { createStudy, ensureArm, ensureSeedSet } from '../studies'
import { restoreExperiments } from './experiments'
import {
  readManifest,
  readSampleRows,
  sampleFolder,
  type SampleManifest,
  type SampleRow,
} from './manifest'
import { ensureSamplePrompts } from './prompts'
import { restoreValues } from './restore'

const ORIGIN = 'sample'
/** Origin while it is being loaded: what a kill leaves behind is found and removed by the next start. */
const LOADING = 'sample-loading'

type SampleFile = SampleManifest['files'][number]

function removeHalfLoaded(db: Db): void {
  for (const study of db.select().from(studies).where(eq(studies.origin, LOADING)).all()) {
    // Runs name the response sets and alignments of cells, so they go first.
    db.delete(runs).where(eq(runs.studyId, study.id)).run()
    for (const cell of db
      .select({ no: cells.no })
      .from(cells)
      .where(eq(cells.studyId, study.id))
      .all()) {
      discardCell(db, cell.no)
    }
    db.delete(studies).where(eq(studies.id, study.id)).run()
  }
}

function sourceOf(manifest: SampleManifest, file: SampleFile): CellSource {
  const arm = manifest.arms.find((candidate) => candidate.key === file.arm)
  return {
    kind: arm ? 'evolved' : 'file',
    fileName: file.file,
    sizeBytes: 0,
    sha256: file.sha256,
    format: 'sample',
    container: 'jsonl',
    mapping: null,
    keySets: [['id', 'instruction', 'input', 'output']],
    definition: arm
      ? (file.definition ?? {
          model: manifest.model,
          decoding: arm.decoding,
          order: manifest.order,
          prompts: manifest.prompts,
          round: file.round,
          madeBy: manifest.madeBy,
        })
      : null,
  }
}

function responsesOf(rows: readonly SampleRow[]): NewResponse[] {
  return rows.map((row, idx) => ({
    idx,
    text: row.output,
    status: statusCode(row.output === null ? 'no_response' : 'ok'),
    finishReason: row.response_finish_reason,
  }))
}

function responseSet(manifest: SampleManifest, file: SampleFile): NewResponseSet {
  const made = file.responses ?? manifest.responses
  // Under its hash a stage that answers finds what is answered.
  return { kind: 'generated', ...made, definitionHash: definitionHash(made.definition) }
}

function loadSeeds(
  db: Db,
  manifest: SampleManifest,
  file: SampleFile,
  rows: readonly SampleRow[],
  { studyId, seedSetId }: { studyId: string; seedSetId: string },
): number {
  const { cellNo } = openStagedCell(db, {
    studyId,
    seedSetId,
    armId: null,
    round: 0,
    source: sourceOf(manifest, file),
  })
  const stored = rows.map(({ id, instruction, input }, idx) =>
    plainRow({ idx, slot: idx, externalId: id, instruction, input }),
  )
  const setNo = openResponseSet(db, cellNo, responseSet(manifest, file))
  inTransaction(db, () => {
    appendRows(db, cellNo, stored)
    appendResponses(db, setNo, responsesOf(rows))
  })
  publishCell(db, cellNo, {
    rowCount: rows.length,
    report: { rows: rows.length, skipped: [], flags: missingFlag(rows), notes: [] },
    keySets: [['id', 'instruction', 'input', 'output']],
    slotCount: rows.length,
  })
  return cellNo
}

function missingFlag(rows: readonly SampleRow[]): Record<string, number> {
  const missing = rows.filter((row) => row.output === null).length
  return missing > 0 ? { no_response: missing } : {}
}

const madeSchema = z.object({
  made: z.array(z.looseObject({ role: z.string(), definition: z.unknown() })),
})

async function loadEvolved(
  db: Db,
  manifest: SampleManifest,
  file: SampleFile,
  rows: readonly SampleRow[],
  place: { studyId: string; seedSetId: string; armId: string },
  parentCellNo: number | null,
): Promise<number> {
  const { cellNo } = publishEvolvedCell(db, {
    place: { ...place, round: file.round, source: sourceOf(manifest, file) },
    parentCellNo,
    rows: rows.map((row, idx) => {
      if (row.parent === null && parentCellNo !== null)
        throw new AppError('data_error', `${file.file}, row ${idx + 1}: no parent.`)
      return {
        idx,
        instruction: row.instruction,
        input: row.input,
        parentIdx: row.parent ?? -1,
        operator: row.operator,
        extra: { operator: row.operator, finish_reason: row.finish_reason, ...row.extra },
      }
    }),
    responses: { set: responseSet(manifest, file), items: responsesOf(rows) },
    notes: [],
  })
  if (file.columns) {
    const { made: stages } = madeSchema.parse(file.definition)
    const cell = { no: cellNo, studyId: place.studyId, rowCount: rows.length }
    await storeDraftColumns(db, cell, file.columns, { stages, sha256: file.sha256 })
  }
  return cellNo
}

interface LoadOptions {
  /** Whether recorded values are stored as well. */
  values?: boolean
  /** Scenarios whose evolvers are left out. */
  without?: readonly string[]
  folder?: string
}

/** The sample without the evolvers of some scenarios, nor those and seed sets that have no file. */
function leaveOut(manifest: SampleManifest, scenarios: readonly string[]): SampleManifest {
  const isLeftOut = (key: string | null) =>
    manifest.arms.some((arm) => arm.key === key && scenarios.includes(arm.scenario))
  const files = manifest.files.filter(({ arm }) => !isLeftOut(arm))
  return {
    ...manifest,
    files,
    arms: manifest.arms.filter(({ key }) => files.some(({ arm }) => arm === key)),
    seedSets: manifest.seedSets.filter(({ key }) => files.some(({ seedSet }) => seedSet === key)),
    experiments: manifest.experiments.filter(({ plan }) => !scenarios.includes(plan.scenario.kind)),
  }
}

/**
 * Loads the sample study from its files, with its recorded values unless told otherwise, where it is not there already
 * (nor was deleted by the user), and returns its id. All or nothing: what a kill leaves behind is removed by the next call.
 */
export async function loadSample(
  db: Db,
  { values = true, without = [], folder = sampleFolder() }: LoadOptions = {},
): Promise<{ studyId: string; loaded: boolean }> {
  removeHalfLoaded(db)
  const existing = db.select().from(studies).where(eq(studies.origin, ORIGIN)).get()
  if (existing) return { studyId: existing.id, loaded: false }
  const manifest = leaveOut(readManifest(folder), without)
  const study = createStudy(db, { name: manifest.name, description: manifest.description })
  db.update(studies)
    .set({ origin: LOADING, notice: manifest.notice })
    .where(eq(studies.id, study.id))
    .run()
  const seedSetIds = new Map(
    manifest.seedSets.map(({ key, label }) => [key, ensureSeedSet(db, study.id, key, label)]),
  )
  const armIds = new Map(
    manifest.arms.map((arm) => [
      arm.key,
      ensureArm(db, study.id, {
        ...arm,
        model: String(manifest.model['model'] ?? ''),
      }),
    ]),
  )
  const loaded = new Map<string, number>()
  for (const file of manifest.files.toSorted((a, b) => a.round - b.round)) {
    const seedSetId = seedSetIds.get(file.seedSet)
    if (!seedSetId)
      throw new AppError('data_error', `${file.file}: unknown seed set ${file.seedSet}.`)
    const rows = readSampleRows(file.file, folder)
    if (file.arm === null) {
      const place = { studyId: study.id, seedSetId }
      loaded.set(`${file.seedSet}/seeds`, loadSeeds(db, manifest, file, rows, place))
      continue
    }
    const armId = armIds.get(file.arm)
    const parentKey =
      file.round === 1 ? `${file.seedSet}/seeds` : `${file.seedSet}/${file.arm}/${file.round - 1}`
    const descends = manifest.seedSets.some(({ key, file: seeds }) => key === file.seedSet && seeds)
    const parentCellNo = descends ? loaded.get(parentKey) : null
    if (!armId || parentCellNo === undefined)
      throw new AppError('data_error', `${file.file}: its parent is missing.`)
    const place = { studyId: study.id, seedSetId, armId }
    loaded.set(
      `${file.seedSet}/${file.arm}/${file.round}`,
      await loadEvolved(db, manifest, file, rows, place, parentCellNo),
    )
  }
  if (manifest.experiments.length > 0) ensureSamplePrompts(db)
  restoreExperiments(db, study.id, manifest.experiments, folder)
  if (values) restoreValues(db, study.id, folder)
  db.update(studies)
    .set({ origin: ORIGIN })
    .where(and(eq(studies.id, study.id), eq(studies.origin, LOADING)))
    .run()
  return { studyId: study.id, loaded: true }
}
