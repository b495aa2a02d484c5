import './production'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { migrateDatabase, openDatabase } from '@/db/client'
import { readConfig } from '@/lib/config'
import { openBackup } from '@/lib/services/backup/open'
import { previewUpload } from '@/lib/services/imports'
import { importFile } from '@/lib/services/imports/file'
import { registerFile } from '@/lib/services/imports/uploads'
import { createStudy } from '@/lib/services/studies'
import { peakMb } from './peak-memory'

// Stores a file in an empty data folder, as the worker does: an import, or a backup that is opened.
const [kind = '', file = '', folder = ''] = process.argv.slice(2)
const config = readConfig({ EVOLENS_DATA_DIR: folder, EVOLENS_CACHE_DIR: folder })
const db = openDatabase(config.databasePath)
migrateDatabase(db)
const ctx = { db, config }
let work: () => Promise<unknown>
if (kind === 'import') {
  const { id: studyId } = createStudy(db, { name: 'import' })
  const { uploadId } = await registerFile(config, file)
  const { plan } = await previewUpload(ctx, studyId, { uploadId })
  work = () => importFile(ctx, studyId, plan)
} else {
  const { size } = fs.statSync(file)
  work = () => openBackup(ctx, { path: file, name: path.basename(file), sizeBytes: size }, {})
}
const before = process.cpuUsage()
const started = performance.now()
await work()
const seconds = (performance.now() - started) / 1000
const { user, system } = process.cpuUsage(before)
const rows = db.$client.prepare('select count(*) from rows').pluck().get()
db.$client.close()
console.log(
  JSON.stringify({ rows, seconds, processorSeconds: (user + system) / 1e6, peakMb: peakMb() }),
)
