import { eq, max } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { openSnapshot, type Db } from '@/db/client'
import {
  alignments,
  arms,
  blindSessions,
  cells,
  columnChunks,
  columnValues,
  formulas,
  responseSets,
  resultFiles,
  resultModels,
  rowDetails,
  rows,
  runCells,
  runs,
  seedSets,
  studies,
  subsets,
  views,
} from '@/db/schema'
import type { MergeRequest } from '@/lib/contracts/merge'
import { AppError, throwIfAborted } from '@/lib/errors'
import { saveOwnClaims, storedOwnClaims } from '../claims/own'
import type { ServiceContext } from '../context'
import type { Stored } from './entries'
import { mergedFiles, planMerge, renamedKeys } from './merge-plan'
import { checkSound } from './sound'
import { freshIds, StagedStudy, type Adapt } from './stage'
import { readPart, STUDY_TABLES, type BackupTable } from './tables'
import type { BackupHooks } from './write'

const BATCH_ROWS = 1_000
// What the added study has of a file that both have.
const OF_FILE: readonly SQLiteTable[] = [
  rows,
  responseSets,
  alignments,
  runCells,
  columnChunks,
  rowDetails,
]
const NAMES_KEYS: readonly SQLiteTable[] = [views, subsets, formulas, blindSessions]

function idsOf(db: Db, studyId: string): string[] {
  return STUDY_TABLES.flatMap((one) => {
    const at = one.columns.findIndex(({ name }) => name === 'id')
    return at < 0 ? [] : [...readPart(db, one, studyId)].map((entry) => String(entry[at]))
  })
}

/** Stores every entry of a study, a batch at a time. */
async function copyStudy(
  from: Db,
  studyId: string,
  staged: StagedStudy,
  adapt: Adapt,
  { signal, onProgress }: BackupHooks,
): Promise<void> {
  for (const one of STUDY_TABLES) {
    let batch: Stored[][] = []
    const flush = async () => {
      throwIfAborted(signal)
      staged.store(one, batch, adapt)
      onProgress?.(batch.length)
      batch = []
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (const entry of readPart(from, one, studyId)) {
      batch.push(entry as Stored[])
      if (batch.length >= BATCH_ROWS) await flush()
    }
    await flush()
  }
}

interface WordNumbers {
  /** How many words the first study has, by column. */
  first: Map<string, number>
  /** Number of a word in the added study -> its number in the new one, by column that both have. */
  numbers: Map<string, Map<number, number>>
}

/** Words of columns that both studies have keep the first study's numbers; new words follow them. */
function wordNumbers(db: Db, studyId: string, added: string): WordNumbers {
  const wordsOf = (id: string) =>
    db.select().from(columnValues).where(eq(columnValues.studyId, id)).all()
  const known = new Map(
    wordsOf(studyId).map((one) => [JSON.stringify([one.metricId, one.value]), one.no]),
  )
  const last = new Map<string, number>()
  for (const { metricId, no } of wordsOf(studyId))
    last.set(metricId, Math.max(no, last.get(metricId) ?? 0))
  const first = new Map(last)
  const numbers: WordNumbers['numbers'] = new Map()
  for (const { metricId, no, value } of wordsOf(added)) {
    const highest = last.get(metricId)
    if (highest === undefined) continue
    const same = known.get(JSON.stringify([metricId, value]))
    if (same === undefined) last.set(metricId, highest + 1)
    const ofColumn = numbers.get(metricId) ?? new Map<number, number>()
    numbers.set(metricId, ofColumn.set(no, same ?? highest + 1))
  }
  return { first, numbers }
}

function renumbered(values: Buffer, dtype: Stored, numbers: ReadonlyMap<number, number>): Buffer {
  const changed = Buffer.from(values)
  const width = dtype === 'f32' ? 4 : 8
  for (let at = 0; at < changed.length; at += width) {
    const no = numbers.get(width === 4 ? changed.readFloatLE(at) : changed.readDoubleLE(at))
    if (no === undefined) continue
    if (width === 4) changed.writeFloatLE(no, at)
    else changed.writeDoubleLE(no, at)
  }
  return changed
}

/** Returns what changes or leaves out entries of the added study. */
function adapter(
  db: Db,
  studyId: string,
  request: MergeRequest,
  staged: StagedStudy,
  now: ReturnType<StagedStudy['next']>,
): Adapt {
  const files = mergedFiles(db, studyId, request)
  const current = new Set(files.map(({ cell }) => cell.no))
  const same = new Map(files.flatMap(({ cell, same: one }) => (one ? [[cell.no, one.no]] : [])))
  const words = wordNumbers(db, studyId, request.with)
  const isFirst = <T extends SQLiteTable>(table: T, keyOf: (row: T['$inferSelect']) => unknown) =>
    new Set(
      (db.select().from(table).all() as (T['$inferSelect'] & { studyId?: string })[])
        .filter((row) => row.studyId === studyId)
        .map((row) => JSON.stringify(keyOf(row))),
    )
  const places = <T extends typeof seedSets | typeof arms>(table: T) =>
    new Map(
      db
        .select({ key: table.key, id: table.id })
        .from(table)
        .where(eq(table.studyId, studyId))
        .all()
        .map(({ key, id }) => [key, id]),
    )
  const mine = { sets: places(seedSets), arms: places(arms) }
  const nextSet =
    (db
      .select({ n: max(seedSets.position) })
      .from(seedSets)
      .where(eq(seedSets.studyId, studyId))
      .get()?.n ?? -1) + 1
  const nextArm =
    (db
      .select({ n: max(arms.colorIndex) })
      .from(arms)
      .where(eq(arms.studyId, studyId))
      .get()?.n ?? -1) + 1
  const firsts = {
    metrics: isFirst(runs, ({ metricId }) => metricId),
    files: isFirst(resultFiles, ({ sha256 }) => sha256),
    models: isFirst(resultModels, ({ source, model }) => [source, model]),
    formulas: isFirst(formulas, ({ key }) => key),
    names: isFirst(formulas, ({ name }) => name),
  }
  // In stored JSON, or in an address that it holds (`a=small.2`, `arms:["small"]`).
  const renamed = renamedKeys(request).map((key) => {
    const literal = key.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
    return new RegExp(String.raw`["\\,~]${literal}["\\,.]`, 'u')
  })
  const metricOfRun = new Map(
    db
      .select({ no: runs.no, id: runs.metricId })
      .from(runs)
      .where(eq(runs.studyId, request.with))
      .all()
      .map(({ no, id }) => [no, id]),
  )

  return ({ table, columns }: BackupTable, given) => {
    const at = (name: string) => columns.findIndex((column) => column.name === name)
    const value = (name: string) => given[at(name)] as Stored
    const has = (set: ReadonlySet<string>, key: unknown) => set.has(JSON.stringify(key))
    const changed = (patch: Record<string, Stored>) =>
      given.map((one, k) => {
        const name = columns[k]?.name ?? ''
        return name in patch ? (patch[name] as Stored) : one
      })
    const joined = (column: typeof seedSets.id | typeof arms.id, own: string) => {
      staged.join(column, value('id'), now(column, own))
      return null
    }
    const cellNo =
      at('cell_no') >= 0
        ? value('cell_no')
        : at('child_cell_no') >= 0
          ? value('child_cell_no')
          : null
    if (OF_FILE.includes(table) && same.has(cellNo as number)) return null
    if (
      NAMES_KEYS.includes(table) &&
      renamed.some((name) => given.some((one) => typeof one === 'string' && name.test(one)))
    )
      return null
    switch (table) {
      case studies:
        staged.join(studies.id, value('id'), staged.studyId)
        return null
      case seedSets: {
        const key = request.seedSets[String(value('key'))] ?? String(value('key'))
        const own = mine.sets.get(key)
        if (own === undefined)
          return changed({ key, position: Number(value('position')) + nextSet })
        db.update(seedSets)
          .set({ slotCount: Math.max(Number(value('slot_count')), slotsOf(db, own)) })
          .where(eq(seedSets.id, String(now(seedSets.id, own))))
          .run()
        return joined(seedSets.id, own)
      }
      case arms: {
        const key = request.arms[String(value('key'))] ?? String(value('key'))
        const own = mine.arms.get(key)
        if (own !== undefined) return joined(arms.id, own)
        const label = key === value('key') ? value('label') : `${String(value('label'))} (${key})`
        return changed({ key, label, color_index: Number(value('color_index')) + nextArm })
      }
      case cells: {
        const known = same.get(Number(value('no')))
        if (known !== undefined) staged.join(cells.no, value('no'), now(cells.no, known))
        return known === undefined && current.has(Number(value('no'))) ? given : null
      }
      case runs:
        return has(firsts.metrics, value('metric_id')) ? changed({ pinned: 0 }) : given
      case columnValues: {
        const numbers = words.numbers.get(String(value('metric_id')))
        if (!numbers) return given
        const no = numbers.get(Number(value('no'))) as number
        return no > (words.first.get(String(value('metric_id'))) ?? 0) ? changed({ no }) : null
      }
      case columnChunks: {
        const numbers = words.numbers.get(metricOfRun.get(Number(value('run_no'))) ?? '')
        // Beside the values of a column there may be counts of them, which are no numbers of values.
        const isCount = value('output') === 'count'
        if (!numbers || isCount || !Buffer.isBuffer(value('values'))) return given
        return changed({ values: renumbered(value('values') as Buffer, value('dtype'), numbers) })
      }
      case resultFiles:
        return has(firsts.files, value('sha256')) ? null : given
      case resultModels:
        return has(firsts.models, [value('source'), value('model')]) ? null : given
      case formulas:
        return has(firsts.formulas, value('key')) || has(firsts.names, value('name')) ? null : given
      default:
        return given
    }
  }
}

const slotsOf = (db: Db, id: string) =>
  db.select({ n: seedSets.slotCount }).from(seedSets).where(eq(seedSets.id, id)).get()?.n ?? 0

/**
 * Makes a third study of two and returns what it is; both stay as they are. Nothing is visible before all is stored.
 * Throws `conflict` with the first problem of the plan.
 */
export async function mergeStudies(
  { db, config }: ServiceContext,
  studyId: string,
  request: MergeRequest,
  hooks: BackupHooks,
): Promise<{ studyId: string; name: string; notes: string[] }> {
  const plan = planMerge(db, studyId, request)
  if (plan.problems[0]) throw new AppError('conflict', plan.problems[0])
  // A connection of its own: both are read as they are now, whatever is stored meanwhile.
  const from = openSnapshot(config.databasePath)
  const ids = freshIds(idsOf(from, studyId))
  const added = freshIds(idsOf(from, request.with))
  for (const { cell, same } of mergedFiles(db, studyId, request))
    if (same) added.set(cell.id, ids.get(same.id) as string)
  const staged = new StagedStudy(db, ids, true)
  try {
    await copyStudy(from, studyId, staged, (_, entry) => entry, hooks)
    const now = staged.next(added)
    const adapt = adapter(db, studyId, request, staged, now)
    await copyStudy(from, request.with, staged, adapt, hooks)
    checkSound(db, staged.studyId)
    throwIfAborted(hooks.signal)
    const { text } = storedOwnClaims(db, studyId)
    staged.publish(request.name)
    if (text !== null) saveOwnClaims(db, staged.studyId, text)
    return { studyId: staged.studyId, name: request.name, notes: plan.leftOut }
  } catch (error) {
    staged.discard()
    throw error
  } finally {
    from.$client.close()
  }
}
