import fs from 'node:fs'
import { openDatabase, migrateDatabase } from '@/db/client'
import { readConfig } from '@/lib/config'
import { listStudies } from '@/lib/services/studies'
import { writeBackup } from '@/lib/services/backup/write'
import { openBackup } from '@/lib/services/backup/open'
const [mode, dir, file] = process.argv.slice(2) as [string, string, string]
const config = readConfig({ EVOLENS_DATA_DIR: dir, EVOLENS_CACHE_DIR: dir })
const db = openDatabase(config.databasePath); migrateDatabase(db)
let peak = 0; setInterval(() => { peak = Math.max(peak, process.memoryUsage().rss) }, 100).unref()
const t = Date.now(), c = process.cpuUsage()
let rows = 0
let out: unknown
if (mode === 'write') {
  const study = listStudies(db).find((s) => s.name === 'bench')!
  out = await writeBackup({ db, config }, study.id, file, { onProgress: (n) => { rows += n; peak = Math.max(peak, process.memoryUsage().rss) } })
} else out = await openBackup({ db, config }, { path: file, name: 'f.zip', sizeBytes: fs.statSync(file).size }, { onProgress: (n) => { rows += n; peak = Math.max(peak, process.memoryUsage().rss) } })
const cpu = process.cpuUsage(c)
console.log(JSON.stringify({ mode, s: (Date.now() - t) / 1000, cpu: (cpu.user + cpu.system) / 1e6, peakMB: peak / 1e6, rows, out }))
