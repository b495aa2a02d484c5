import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { z } from 'zod'
import { migrateDatabase, openDatabase } from '@/db/client'
import { fillPaperStudy } from './paper-study'

const foundSchema = z.object({ columns: z.number(), figureMs: z.number(), peakMb: z.number() })

/**
 * Returns what a fresh process needs for a study as large as the paper's: time of its first figure, and its memory when all columns were
 * counted, sorted by, and texts searched.
 */
export async function benchMemory() {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-bench-'))
  try {
    const file = path.join(folder, 'evolens.sqlite')
    const db = openDatabase(file)
    migrateDatabase(db)
    const { studyId, rows } = fillPaperStudy(db)
    db.$client.close()
    const child = path.join(import.meta.dirname, 'memory-child.ts')
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', child, file, studyId],
      { env: { ...process.env, NODE_ENV: 'production' } },
    )
    return { rows, ...foundSchema.parse(JSON.parse(stdout)) }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}
