import { randomUUID } from 'node:crypto'
import { and, eq, inArray } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { inTransaction, type Db } from '@/db/client'
import { hotWrite } from '@/db/hot-sql'
import { cells, runs, studies } from '@/db/schema'
import { AppError } from '@/lib/errors'
import { discardCell } from '../cells/staging'
import { definitionHash } from '../runs/definition'
import { OPENING } from '../studies'
import type { Stored } from './entries'
import { countOf, placeOf, STUDY_TABLES, type BackupTable } from './tables'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
// SQLite takes some thousands of values at once.
const ASKED_AT_ONCE = 500

/** Returns whether an entry of any study has one of these ids. */
export function anyIdTaken(db: Db, ids: readonly string[]): boolean {
  const tables = STUDY_TABLES.flatMap(({ table, columns }) => {
    const id = columns.find(({ name }) => name === 'id')
    return id ? [{ table, id }] : []
  })
  for (let from = 0; from < ids.length; from += ASKED_AT_ONCE) {
    const some = ids.slice(from, from + ASKED_AT_ONCE)
    for (const { table, id } of tables) if (countOf(db, table, inArray(id, some)) > 0) return true
  }
  return false
}

/** Returns a new id for each of these. */
export function freshIds(ids: readonly string[]): Map<string, string> {
  return new Map(ids.map((id) => [id, randomUUID()]))
}

/** Changes an entry before it is stored, or leaves it out (null). Keys of other entries are those that it came with. */
export type Adapt = (one: BackupTable, entry: Stored[]) => Stored[] | null

/** Entries in an INSERT: a third fewer cycles than one by one. */
const ROWS_PER_INSERT = 8

/** An entry as it came and as it is stored. */
interface Pair {
  given: Stored[]
  entry: Stored[]
}

/** How the entries of a table are stored. */
interface Plan {
  /** Place of the short key that is counted here; -1 where there is none. */
  own: number
  /** Places of the columns that are stored. */
  kept: number[]
  /** Keys that other entries refer to. */
  keyed: { at: number; keys: Map<Stored, Stored> }[]
  references: { at: number; column: SQLiteColumn; keys: Map<Stored, Stored> | undefined }[]
  one: ReturnType<typeof hotWrite>
  several: ReturnType<typeof hotWrite>
}

/**
 * Stores the entries of a study that nobody sees before `publish`. Short keys are given anew; ids are replaced where
 * `ids` says by which, in the entries and wherever stored JSON names them.
 */
export class StagedStudy {
  /** Column of a key -> the key as it came -> the key here. */
  readonly #keys = new Map<string, Map<Stored, Stored>>()
  readonly #plans = new Map<BackupTable, Plan>()
  #study: { id: string; isSample: boolean } | null = null

  constructor(
    private readonly db: Db,
    private ids: ReadonlyMap<string, string>,
    /** Set where entries are left out: then those that belong to them are left out as well, and nothing is wrong. */
    private readonly isLenient = false,
  ) {
    for (const { references } of STUDY_TABLES)
      for (const { to } of references) this.#keys.set(placeOf(to), new Map())
  }

  get studyId(): string {
    if (!this.#study) throw new AppError('data_error', 'The backup holds no study.')
    return this.#study.id
  }

  /** Begins with the entries of a further study, whose keys have nothing to do with those before; returns what keys are now. */
  next(ids: ReadonlyMap<string, string>): (column: SQLiteColumn, key: Stored) => Stored {
    const before = new Map([...this.#keys].map(([place, keys]) => [place, new Map(keys)]))
    this.ids = ids
    for (const keys of this.#keys.values()) keys.clear()
    return (column, key) => before.get(placeOf(column))?.get(key) ?? null
  }

  /** Makes references to a key of the given study meet an entry that is stored already. */
  join(column: SQLiteColumn, from: Stored, to: Stored): void {
    this.#keys.get(placeOf(column))?.set(from, to)
  }

  /** Stores entries of one table in one transaction; throws an Error for one that refers to nothing of the study. */
  store(one: BackupTable, entries: readonly Stored[][], adapt: Adapt = (_, entry) => entry): void {
    inTransaction(this.db, () => {
      const plan = this.#planOf(one)
      const mapped = (given: Stored[]): Pair[] => {
        const adapted = adapt(one, given)
        const entry = adapted && this.#mapped(one, plan, adapted)
        return entry ? [{ given, entry }] : []
      }
      if (plan.keyed.length === 0) this.#insert(plan, entries.flatMap(mapped))
      // An entry may refer to one before it.
      else for (const given of entries) this.#insert(plan, mapped(given))
    })
  }

  #mapped({ table, columns }: BackupTable, plan: Plan, given: readonly Stored[]): Stored[] | null {
    const entry = [...given]
    for (const [k, column] of this.ids.size === 0 ? [] : columns.entries()) {
      const value = entry[k]
      if (typeof value !== 'string') continue
      if (column.name === 'id') entry[k] = this.ids.get(value) ?? value
      else if (column.columnType === 'SQLiteCustomColumn')
        entry[k] = value.replaceAll(UUID, (id) => this.ids.get(id) ?? id)
      if (column.name !== 'definition' || entry[k] === value) continue
      const hash = columns.findIndex(({ name }) => name === 'definition_hash')
      if (hash >= 0) entry[hash] = definitionHash(JSON.parse(String(entry[k])))
    }
    for (const { at, keys, column } of plan.references) {
      if (entry[at] === null) continue
      const key = keys?.get(entry[at] as Stored)
      if (key === undefined && this.isLenient) {
        // What it refers to was left out.
        if (column.notNull) return null
        entry[at] = null
        continue
      }
      if (key === undefined) throw new Error(`${column.name} refers to nothing of the study`)
      entry[at] = key
    }
    if (table === studies) this.#hide(columns, entry)
    return entry
  }

  #hide(columns: readonly SQLiteColumn[], entry: Stored[]): void {
    if (this.#study) throw new Error('there is a second study')
    const at = (name: string) => columns.findIndex((column) => column.name === name)
    this.#study = { id: String(entry[at('id')]), isSample: entry[at('origin')] === 'sample' }
    entry[at('origin')] = OPENING
    entry[at('deleted_at')] = Date.now()
  }

  #planOf(one: BackupTable): Plan {
    const known = this.#plans.get(one)
    if (known) return known
    const { columns, name, references } = one
    // Short keys are counted here.
    const own = columns.findIndex(
      (column) => column.name === 'no' && column.primary && !isReference(one, column),
    )
    const kept = [...columns.keys()].filter((k) => k !== own)
    const names = kept.map((k) => `"${columns[k]?.name}"`).join(', ')
    const values = `(${kept.map(() => '?').join(', ')})`
    const insert = (rows: number) =>
      hotWrite(this.db, {
        why: 'once an entry of a study',
        sql: `insert into "${name}" (${names}) values ${Array(rows).fill(values).join(', ')}`,
      })
    const plan: Plan = {
      own,
      kept,
      keyed: columns.flatMap((column, at) => {
        const keys = this.#keys.get(placeOf(column))
        return keys ? [{ at, keys }] : []
      }),
      references: references.map(({ column, to }) => ({
        at: columns.indexOf(column),
        column,
        keys: this.#keys.get(placeOf(to)),
      })),
      one: insert(1),
      several: insert(ROWS_PER_INSERT),
    }
    this.#plans.set(one, plan)
    return plan
  }

  #insert({ own, kept, keyed, one, several }: Plan, entries: readonly Pair[]): void {
    const valuesOf = ({ entry }: Pair) => kept.map((k) => entry[k] as Stored)
    let at = 0
    // Entries with keys that others refer to are stored one by one, which tells their new keys.
    if (keyed.length === 0)
      for (; at + ROWS_PER_INSERT <= entries.length; at += ROWS_PER_INSERT)
        several.run(...entries.slice(at, at + ROWS_PER_INSERT).flatMap(valuesOf))
    for (const pair of entries.slice(at)) {
      const { lastInsertRowid } = one.run(...valuesOf(pair))
      for (const { at: k, keys } of keyed) {
        const key = k === own ? Number(lastInsertRowid) : (pair.entry[k] as Stored)
        keys.set(pair.given[k] as Stored, key)
      }
    }
  }

  /** Makes the study visible, with what `further` stores beside it, in one small transaction. */
  publish(name: string, further: () => void = () => {}): void {
    const id = this.studyId
    // There is one sample, which the next start looks for.
    const origin = this.#study?.isSample && this.ids.size === 0 ? 'sample' : 'user'
    inTransaction(this.db, () => {
      further()
      this.db
        .update(studies)
        .set({ name, origin, deletedAt: null })
        .where(and(eq(studies.id, id), eq(studies.origin, OPENING)))
        .run()
    })
  }

  /** Removes all that was stored. */
  discard(): void {
    if (this.#study) discardStudy(this.db, this.#study.id)
  }
}

const isReference = ({ references }: BackupTable, column: SQLiteColumn) =>
  references.some((reference) => reference.column === column)

/** Removes a study that nobody saw yet, file by file, so that other writers are not kept waiting. */
function discardStudy(db: Db, studyId: string): void {
  const ofStudy = db.select({ no: runs.no }).from(runs).where(eq(runs.studyId, studyId)).all()
  for (const { no } of ofStudy) db.delete(runs).where(eq(runs.no, no)).run()
  const files = db.select({ no: cells.no }).from(cells).where(eq(cells.studyId, studyId)).all()
  for (const { no } of files) discardCell(db, no)
  db.delete(studies).where(eq(studies.id, studyId)).run()
}

/** Removes studies that a killed worker left half stored. */
export function cleanupOpening(db: Db): void {
  const left = db.select({ id: studies.id }).from(studies).where(eq(studies.origin, OPENING)).all()
  for (const { id } of left) discardStudy(db, id)
}
