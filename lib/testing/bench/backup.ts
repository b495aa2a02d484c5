import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { migrateDatabase, openDatabase } from '@/db/client'
import { readConfig } from '@/lib/config'
import { writeBackup } from '@/lib/services/backup/write'
import { processorMs } from './compare'
import { fillPaperStudy } from './paper-study'
import { storeFile } from './store'

/** Returns what it takes to write a study of the paper's size as a backup, and to open that in an empty installation. */
export async function benchBackup() {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-bench-'))
  try {
    const config = readConfig({ EVOLENS_DATA_DIR: folder, EVOLENS_CACHE_DIR: folder })
    const db = openDatabase(config.databasePath)
    migrateDatabase(db)
    const { studyId, rows } = fillPaperStudy(db)
    const file = path.join(folder, 'study.zip')
    const writeMs = await processorMs(() => writeBackup({ db, config }, studyId, file, {}))
    db.$client.close()
    const { size } = await fs.stat(file)
    const opened = await storeFile('backup', file, path.join(folder, 'opened'))
    if (opened.rows !== rows) throw new Error(`${opened.rows} of ${rows} rows were opened.`)
    return { ...opened, writeSeconds: writeMs / 1000, megabytes: size / 1e6 }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}
