import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrateDatabase, openDatabase } from '@/db/client'
import { readConfig } from '@/lib/config'
import { emptyFilter } from '@/lib/contracts/filter'
import { getStudyDetail } from '@/lib/services/studies/detail'
import { ended } from '@/lib/testing/chaos/run'
import { spawnWeb } from '@/lib/testing/web-server'
import { fillPaperStudy } from './paper-study'
import { peakMb } from './peak-memory'

const WAIT_MS = 20
const LONGEST_START_MS = 60_000

/**
 * Returns how long the built server takes from its start to the first figure of a study of the paper's size, and its memory when all
 * columns were sorted by and texts searched and sorted.
 */
export async function benchServer() {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-bench-'))
  const config = readConfig({ EVOLENS_DATA_DIR: folder, EVOLENS_CACHE_DIR: folder })
  const db = openDatabase(config.databasePath)
  migrateDatabase(db)
  const { studyId, rows } = fillPaperStudy(db)
  const columns = getStudyDetail(db, studyId).columns.filter(
    ({ shape }) => shape === 'scalar' || shape === 'enum',
  )
  db.$client.close()
  const { web, url } = await spawnWeb(config)
  const started = performance.now()
  const ask = async (what: string, query: object) => {
    const values = Object.entries(query).map(([name, value]) => [name, JSON.stringify(value)])
    const address = `${url}/api/studies/${studyId}/${what}?${new URLSearchParams(values)}`
    const reply = await fetch(address).catch(() => null)
    const text = await reply?.text()
    if (reply && reply.status < 500 && !reply.ok) throw new Error(`${what}: ${text}`)
    return reply?.ok ?? false
  }
  const filter = emptyFilter()
  try {
    while (!(await ask('figures/mnd-density', {}))) {
      if (performance.now() - started > LONGEST_START_MS || web.exitCode !== null)
        throw new Error('The web server did not answer.')
      await sleep(WAIT_MS)
    }
    const figureMs = performance.now() - started
    const list = async (sort: string, further: object = {}) => {
      const state = {
        filter: { ...filter, ...further },
        sort: { column: sort, descending: true },
        columns: [],
      }
      if (!(await ask('rows', { state }))) throw new Error(`Rows by ${sort} were not listed.`)
    }
    for (const { id } of columns) await list(id)
    for (const query of ['sources', '"the moon"'])
      await list('position', { find: { is: 'words', query } })
    await list('instruction')
    return { rows, columns: columns.length, figureMs, memoryMb: peakMb(web.pid ?? 'self') }
  } finally {
    web.kill('SIGKILL')
    await ended(web)
    await fs.rm(folder, { recursive: true, force: true })
  }
}
