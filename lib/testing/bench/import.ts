import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { migrateDatabase, openDatabase, type Db } from '@/db/client'
import { createStudy } from '@/lib/services/studies'
import { createRandom } from '@/lib/stats/random'
import { storeFile } from './store'

/** What the import benchmark measured: the same rows, tables and indexes of texts (by their triggers) in one run, best of `runs`. */
export interface ImportBench {
  rows: number
  fileBytes: number
  /** The product's import of a file: reading, parsing, checking, staging, aligning, publishing. */
  importSeconds: number
  /** Prepared single-row inserts of the finished rows in one transaction. */
  plainSeconds: number
  /** Speed of the import as a share of plain inserts (1 = as fast), by the clock: an import reads in a thread of its own. */
  ratio: number
  /** Memory of the process that imports. */
  peakMb: number
}

/** Best of three: the first run also warms the file cache. */
const RUNS = 3
const WORDS =
  'the of a model data evolve write list prime number function story explain three reasons why code table city river compare short long rewrite'.split(
    ' ',
  )

interface BenchRow {
  instruction: string
  input: string
  output: string
}

function text(random: { next(): number }, words: number): string {
  const parts: string[] = []
  for (let k = 0; k < words; k++)
    parts.push(WORDS[Math.floor(random.next() * WORDS.length)] as string)
  return parts.join(' ')
}

/** Returns n Alpaca rows of usual length: about 60 words to an instruction, 120 to a response, every third with an input. */
export function benchRows(n: number): BenchRow[] {
  const random = createRandom(1)
  return Array.from({ length: n }, (_, k) => ({
    instruction: `${k}: ${text(random, 20 + Math.floor(random.next() * 80))}`,
    input: k % 3 === 0 ? text(random, 12) : '',
    output: text(random, 40 + Math.floor(random.next() * 160)),
  }))
}

function freshDatabase(folder: string, name: string): Db {
  const db = openDatabase(path.join(folder, `${name}.sqlite`))
  migrateDatabase(db)
  return db
}

function plainInserts(db: Db, rows: readonly BenchRow[]): number {
  const { id: studyId } = createStudy(db, { name: 'plain' })
  const sqlite = db.$client
  sqlite.exec(
    `insert into seed_sets (id, study_id, key, label, created_at) values ('s', '${studyId}', 's', 's', 0);
     insert into cells (no, id, study_id, seed_set_id, round, source, source_sha256, created_at)
       values (1, 'c', '${studyId}', 's', 0, '{}', 'x', 0);
     insert into response_sets (no, id, cell_no, kind, label, created_at) values (1, 'r', 1, 'imported', 'x', 0);`,
  )
  const row = sqlite.prepare(
    'insert into rows (cell_no, idx, slot, instruction, input, key_set, flags) values (1, ?, ?, ?, ?, 0, 0)',
  )
  const response = sqlite.prepare(
    'insert into responses (set_no, idx, text, status) values (1, ?, ?, 1)',
  )
  const started = performance.now()
  sqlite.transaction(() => {
    rows.forEach(({ instruction, input, output }, k) => {
      row.run(k, k, instruction, input)
      response.run(k, output)
    })
  })()
  const seconds = (performance.now() - started) / 1000
  sqlite.close()
  return seconds
}

/** Imports a JSON file of n rows and inserts the same rows plainly, and returns both times. */
export async function benchImport(n = 100_000): Promise<ImportBench> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-bench-'))
  try {
    const rows = benchRows(n)
    const file = path.join(folder, 'alpaca.json')
    await fs.writeFile(file, JSON.stringify(rows))
    let importSeconds = Infinity
    let plainSeconds = Infinity
    let peakMb = 0
    for (let run = 0; run < RUNS; run++) {
      plainSeconds = Math.min(
        plainSeconds,
        plainInserts(freshDatabase(folder, `plain-${run}`), rows),
      )
      const { seconds, ...imported } = await storeFile('import', file, path.join(folder, `${run}`))
      if (imported.rows !== n) throw new Error(`${imported.rows} of ${n} rows were imported.`)
      importSeconds = Math.min(importSeconds, seconds)
      peakMb = Math.max(peakMb, imported.peakMb)
    }
    const { size: fileBytes } = await fs.stat(file)
    const ratio = plainSeconds / importSeconds
    return { rows: n, fileBytes, importSeconds, plainSeconds, ratio, peakMb }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}
