import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { migrateDatabase, openDatabase, type Db } from '@/db/client'
import { backends } from '@/db/schema'
import { readConfig, type Config } from '@/lib/config'
import { statusCode } from '@/lib/contracts/status'
import { ensureBuiltInBackends } from '@/lib/services/backends'

/** A study in a database file of its own, with the folder it lies in. */
export interface TestStudy {
  db: Db
  config: Config
  studyId: string
  /** Ids of the seeds' cell and of the evolved cell. */
  seedCell: string
  childCell: string
  close(): void
}

const NOUNS = [
  'river',
  'engine',
  'matrix',
  'recipe',
  'letter',
  'garden',
  'signal',
  'ledger',
  'bridge',
  'poem',
]
const VERBS = [
  'Describe',
  'Compare',
  'Design',
  'Explain',
  'Calculate',
  'Summarise',
  'Rewrite',
  'Plan',
]

/** Returns a text that differs for each number and varies in length. */
export function testText(n: number): string {
  const noun = NOUNS[n % NOUNS.length] as string
  const more = Array.from(
    { length: n % 7 },
    (_, i) => `and the ${NOUNS[(n * 3 + i) % NOUNS.length]}`,
  )
  return [VERBS[n % VERBS.length], 'the', noun, `number ${n}`, ...more].join(' ')
}

/** Source of a cell as of an imported file of rows with an instruction and an output. */
export const FILE_SOURCE = JSON.stringify({
  kind: 'file',
  fileName: 'test.json',
  sizeBytes: 1,
  sha256: 'x',
  format: 'alpaca',
  container: 'json',
  mapping: null,
  keySets: [['instruction', 'output']],
  definition: null,
})

function fill(db: Db, rows: number): void {
  const run = (sql: string, ...values: (string | number | null)[]) =>
    db.$client.prepare(sql).run(...values)
  run("insert into studies (id, name, created_at) values ('study', 'Test', 1)")
  run(
    "insert into seed_sets (id, study_id, key, label, slot_count, created_at) values ('set', 'study', 'general', 'General', ?, 1)",
    rows,
  )
  run(
    "insert into arms (id, study_id, key, label, created_at) values ('arm', 'study', 'small', 'Small', 1)",
  )
  const insertRow = db.$client.prepare(
    'insert into rows (cell_no, idx, slot, instruction) values (?, ?, ?, ?)',
  )
  const insertResponse = db.$client.prepare(
    'insert into responses (set_no, idx, text, status) values (?, ?, ?, ?)',
  )
  for (const [no, id, armId, round] of [
    [1, 'seeds', null, 0],
    [2, 'child', 'arm', 1],
  ] as const) {
    run(
      `insert into cells (no, id, study_id, seed_set_id, arm_id, round, row_count, source, source_sha256, published_at, created_at)
       values (?, ?, 'study', 'set', ?, ?, ?, ?, ?, 1, 1)`,
      no,
      id,
      armId,
      round,
      rows,
      FILE_SOURCE,
      id,
    )
    run(
      "insert into response_sets (no, id, cell_no, kind, label, created_at) values (?, ?, ?, 'imported', 'file', 1)",
      no,
      `r${no}`,
      no,
    )
    for (let idx = 0; idx < rows; idx += 1) {
      insertRow.run(
        no,
        idx,
        idx,
        round === 0 ? testText(idx) : `${testText(idx)} in round ${round} with more care`,
      )
      const text =
        idx % 11 === 10 ? null : `${testText(idx + 5)} is answered here. ${testText(idx)}`
      insertResponse.run(no, idx, text, statusCode(text === null ? 'no_response' : 'ok'))
    }
  }
  run(
    `insert into alignments (no, id, child_cell_no, parent_cell_no, kind, params, matched, total, created_at)
     values (1, 'a1', 2, 1, 'index', '{}', ?, ?, 1)`,
    rows,
    rows,
  )
  const link = db.$client.prepare(
    "insert into links (alignment_no, child_idx, parent_idx, confidence, operator) values (1, ?, ?, 1, 'deepen')",
  )
  for (let idx = 0; idx < rows; idx += 1) link.run(idx, idx)
}

/** Adds a fake backend with these settings under the id `fake`. */
export function addFake(db: Db, config: Record<string, unknown> = {}): void {
  db.insert(backends)
    .values({ id: 'fake', kind: 'fake', label: 'Fake', config, createdAt: 1 })
    .run()
}

/**
 * Returns a study of two cells (seeds and one evolved round, aligned by index) in a database file in a new folder, with
 * a fake backend. `close` removes the folder.
 */
export function testStudy(rows: number, fake: Record<string, unknown> = {}): TestStudy {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-jobs-'))
  const config = readConfig({
    EVOLENS_DATA_DIR: dataDir,
    EVOLENS_CACHE_DIR: dataDir,
    LOG_LEVEL: 'silent',
  })
  const db = openDatabase(config.databasePath)
  migrateDatabase(db)
  ensureBuiltInBackends(db, {})
  addFake(db, fake)
  db.$client.transaction(() => fill(db, rows))()
  return {
    db,
    config,
    studyId: 'study',
    seedCell: 'seeds',
    childCell: 'child',
    close() {
      db.$client.close()
      fs.rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Returns every stored value of a study's runs, keyed and ordered so that two databases can be compared. */
export function storedColumns(db: Db): string[] {
  const found = db.$client
    .prepare(
      `select r.metric_id || '/' || c.cell_no || '/' || c.output || '/' || c.chunk as key,
         hex(c."values") as bytes, hex(c.status) as status
       from column_chunks c join runs r on r.no = c.run_no order by key`,
    )
    .all() as { key: string; bytes: string; status: string }[]
  return found.map(({ key, bytes, status }) => `${key} ${status} ${bytes}`)
}
