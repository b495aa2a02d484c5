import fs from 'node:fs'
import path from 'node:path'
import { and, eq, getTableName } from 'drizzle-orm'
import { beforeAll, expect, it } from 'vitest'
import type { Db } from '@/db/client'
import { responseSets, runCells } from '@/db/schema'
import { TABLES } from '@/db/tables'
import { emptyFilter } from '@/lib/contracts/filter'
import { listFigures } from '@/lib/figures'
import { cliFolder } from '@/lib/testing/cli-folder'
import { wholeStudy } from '@/lib/testing/whole-study'
import { openResponseSet } from '../cells/staging'
import type { ServiceContext } from '../context'
import { getStudyFigure } from '../figures'
import { listStudies, restoreStudy } from '../studies'
import { openBackup } from './open'
import { countOf, readPart, SHARED_TABLES, STUDY_TABLES } from './tables'
import { writeBackup } from './write'

/** Tables whose entries belong to an installation or can be made again, and why they are in no backup. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  backends: 'They are servers of one installation; run details hold their names.',
  backend_keys: 'Keys never leave the installation.',
  backend_probes: 'They belong to a backend.',
  backend_identities: 'They belong to a backend.',
  model_fingerprints: 'Models are recognised by what they answer here.',
  jobs: 'Work of one installation; runs keep their own record.',
  job_events: 'They belong to a job.',
  request_cache: 'Answers are computed where they are needed; values are in the columns.',
  text_backlog: 'Texts are indexed as they are stored.',
}

const from = cliFolder()
const to = cliFolder()
const other = cliFolder()
const file = path.join(from.folder, 'whole.evolens.zip')
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
const SHARED = Object.fromEntries(SHARED_TABLES.map(({ name }) => [name, []]))
const PARTS = [...STUDY_TABLES, ...SHARED_TABLES]
let study: string

/** Makes a run one that scored a set of responses which was deleted since. */
function scoreDeletedSet(db: Db): void {
  const scored = db.select().from(runCells).limit(1).get()
  const made = { kind: 'generated', label: 'Gone', definition: null, definitionHash: 'f' } as const
  const responseSetNo = openResponseSet(db, scored?.cellNo ?? 0, made)
  db.update(responseSets).set({ deletedAt: 1 }).where(eq(responseSets.no, responseSetNo)).run()
  const place = and(
    eq(runCells.runNo, scored?.runNo ?? 0),
    eq(runCells.cellNo, scored?.cellNo ?? 0),
  )
  db.update(runCells).set({ responseSetNo }).where(place).run()
}

beforeAll(async () => {
  await from.fill(async (context) => {
    study = await wholeStudy(context)
    scoreDeletedSet(context.db)
    await writeBackup(context, study, file, {})
  })
})

const open = (context: ServiceContext, bytes?: Buffer, signal?: AbortSignal) => {
  const broken = path.join(context.config.dataDir, 'broken.zip')
  if (bytes) fs.writeFileSync(broken, bytes)
  const path_ = bytes ? broken : file
  const { size } = fs.statSync(path_)
  return openBackup(
    context,
    { path: path_, name: 'b.zip', sizeBytes: size },
    signal ? { signal } : {},
  )
}

/** Every entry of a study, short keys as their place in order, so that two databases can be compared. */
function contents(db: Db, studyId: string): Record<string, unknown[][]> {
  const places = new Map<string, Map<unknown, number>>()
  return Object.fromEntries(
    PARTS.map((one) => {
      const { name, columns, references } = one
      const keyed = columns.map((column) => {
        const to = references.find((reference) => reference.column === column)?.to ?? column
        return to.name === 'no' && to.primary ? `${getTableName(to.table)}` : null
      })
      const entries = [...readPart(db, one, studyId)].map((entry) =>
        entry.map((value, k) => {
          const table = keyed[k]
          if (table == null || value === null)
            return Buffer.isBuffer(value) ? value.toString('base64') : value
          const known = places.get(table) ?? new Map<unknown, number>()
          places.set(table, known)
          if (!known.has(value)) known.set(value, known.size)
          return known.get(value)
        }),
      )
      return [name, entries]
    }),
  )
}

/** Every figure of a study that can be drawn of it, as it is prepared. */
async function figures(db: Db, studyId: string): Promise<unknown[]> {
  const drawn: unknown[] = []
  for (const { id } of listFigures()) {
    // It names every study that a prompt was used in.
    if (id === 'prompt-cards') continue
    const request = { figureId: id, options: {}, filter: emptyFilter() }
    const figure = await getStudyFigure(db, studyId, request).catch((error: unknown) =>
      String(error),
    )
    drawn.push(typeof figure === 'string' ? figure : [id, figure.prepared, figure.table])
  }
  return drawn
}

/** How many entries all tables have together. */
const total = (db: Db) => TABLES.reduce((sum, table) => sum + countOf(db, table, undefined), 0)

it('has every table in a backup, or names it with the reason', () => {
  const known = [...PARTS.map(({ name }) => name), ...Object.keys(LEFT_OUT)]
  expect(known.sort()).toEqual(TABLES.map((table) => getTableName(table)).sort())
})

it('opens in an empty installation with every entry and every figure as it was', async () => {
  const before = await from.fill(async ({ db }) => ({
    contents: contents(db, study),
    figures: await figures(db, study),
  }))
  // A table without an entry would be equal to anything.
  expect(Object.entries(before.contents).filter(([, rows]) => rows.length === 0)).toEqual([])
  await to.fill(async (context) => {
    const opened = await open(context)
    expect(opened).toMatchObject({ studyId: study, isCopy: false, notes: [] })
    expect(contents(context.db, study)).toEqual(before.contents)
    expect(await figures(context.db, study)).toEqual(before.figures)
  })
})

it('opens a study that is here already as a second one, with ids of its own', async () => {
  await from.fill(async (context) => {
    const before = total(context.db)
    const first = contents(context.db, study)
    const { studyId, name, isCopy, notes } = await open(context)
    expect({ isCopy, notes: notes.length }).toEqual({ isCopy: true, notes: 1 })
    expect(name).toMatch(/ \(copy\)$/)
    expect(studyId).not.toBe(study)
    expect(total(context.db)).toBeGreaterThan(before)
    const second = contents(context.db, studyId)
    const ids = JSON.stringify(first).match(UUID) ?? []
    const known = new Set(
      STUDY_TABLES.flatMap(({ name: table, columns }) => {
        const at = columns.findIndex((column) => column.name === 'id')
        return at < 0 ? [] : (first[table] ?? []).map((entry) => entry[at])
      }),
    )
    // Nothing of the second one names an entry of the first.
    expect(
      JSON.stringify({ ...second, ...SHARED })
        .match(UUID)
        ?.filter((id) => known.has(id)),
    ).toEqual([])
    expect(ids.length).toBeGreaterThan(known.size)
    expect(Object.values(second).map((rows) => rows.length)).toEqual(
      Object.values(first).map((rows) => rows.length),
    )
    const prepared = async (id: string) =>
      (await figures(context.db, id)).map((one) => JSON.stringify(one).replaceAll(UUID, 'id'))
    const [mine, theirs] = [await prepared(studyId), await prepared(study)]
    expect(mine.filter((one, k) => one !== theirs[k]).map((one) => one.slice(0, 40))).toEqual([])
  })
})

it('stores nothing when it is cancelled', async () => {
  await other.fill(async (context) => {
    const before = total(context.db)
    const controller = new AbortController()
    const opening = openBackup(
      context,
      { path: file, name: 'b.zip', sizeBytes: 1 },
      {
        signal: controller.signal,
        onProgress: () => total(context.db) > before + 500 && controller.abort(),
      },
    )
    await expect(opening).rejects.toThrow(/cancel|abort|broken off|stopped/i)
    expect(total(context.db)).toBe(before)
    expect(listStudies(context.db, { deleted: true })).toEqual([])
  })
})

it('leaves no trace in lists while it is stored, and cannot be restored before it is whole', async () => {
  await other.fill(async (context) => {
    let looks = 0
    await openBackup(
      context,
      { path: file, name: 'b.zip', sizeBytes: 1 },
      {
        onProgress() {
          looks += 1
          expect(listStudies(context.db)).toEqual([])
          expect(listStudies(context.db, { deleted: true })).toEqual([])
          expect(() => restoreStudy(context.db, study)).toThrow(/no such study/)
        },
      },
    )
    expect(looks).toBeGreaterThan(5)
    expect(listStudies(context.db).map(({ id }) => id)).toEqual([study])
  })
})
