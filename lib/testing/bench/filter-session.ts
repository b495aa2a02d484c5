import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { migrateDatabase, openDatabase } from '@/db/client'
import { facetsEndpoint } from '@/lib/api/rows'
import { endpointUrl } from '@/components/hooks/api'
import { readConfig } from '@/lib/config'
import { emptyFilter, type RowFilter } from '@/lib/contracts/filter'
import { listColumns } from '@/lib/services/columns'
import { ended } from '../chaos/run'
import { noBuild, spawnWeb } from '../web-server'
import { benchedColumns, PAGE_ROWS, session } from './filtering'
import { fillPaperStudy } from './paper-study'
import { processorSeconds } from './scoring-setup'

/** One request of the session, as a log of the server's clients would have it. */
interface Logged {
  what: string
  status: number
  /** Of the body as it was sent, and as it was read. */
  sentBytes: number
  bytes: number
  ms: number
  /** What the server itself spent. */
  serverMs: number
}

/** What a session of filtering cost over HTTP, against the built server. */
export interface FilterSession {
  rows: number
  first: Logged
  log: Logged[]
  p95Ms: number
  sentBytes: number
  /** Processor time of the server for one change, on average; 0 where the system does not tell it. */
  processorMs: number
}

const START_MS = 60_000

/** Returns a reply as it was sent. */
function getRaw(url: string): Promise<{ status: number; body: Buffer; encoding: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers: { 'accept-encoding': 'gzip' } }, (reply) => {
      const parts: Buffer[] = []
      reply.on('data', (part: Buffer) => parts.push(part))
      reply.once('end', () =>
        resolve({
          status: reply.statusCode ?? 0,
          body: Buffer.concat(parts),
          encoding: reply.headers['content-encoding'] ?? '',
        }),
      )
    })
    request.once('error', reject)
  })
}

/** The name of a change: what it set. */
function nameOf(filter: RowFilter, before: RowFilter): string {
  const keys = Object.keys(filter) as (keyof RowFilter)[]
  const changed = keys.filter((key) => JSON.stringify(filter[key]) !== JSON.stringify(before[key]))
  return changed.map((key) => `${key} ${JSON.stringify(filter[key]).slice(0, 60)}`).join(', ')
}

/** Asks the built server for one session of changes of a filter over a study of the paper's size: one request a change. */
export async function benchFilterSession(): Promise<FilterSession> {
  const missing = noBuild()
  if (missing !== null) throw new Error(missing)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-session-'))
  const config = readConfig({ EVOLENS_DATA_DIR: folder, EVOLENS_CACHE_DIR: folder })
  const db = openDatabase(config.databasePath)
  migrateDatabase(db)
  const { studyId, rows } = fillPaperStudy(db)
  const { counted } = benchedColumns(listColumns(db, studyId))
  db.$client.close()
  const { web, url } = await spawnWeb(config)
  const ask = async (filter: RowFilter, what: string): Promise<Logged> => {
    const state = { filter, sort: { column: 'position', descending: false }, columns: counted }
    const query = { state, counted, limit: PAGE_ROWS }
    const path = endpointUrl(facetsEndpoint, { params: { studyId }, query })
    const started = performance.now()
    const { status, body, encoding } = await getRaw(url + path)
    const ms = performance.now() - started
    const text = encoding === 'gzip' ? gunzipSync(body) : body
    const { serverMs } = JSON.parse(text.toString()) as { serverMs: number }
    return { what, status, sentBytes: body.length, bytes: text.length, ms, serverMs }
  }
  try {
    const until = Date.now() + START_MS
    while (!(await fetch(`${url}/api/health`).catch(() => null))?.ok) {
      if (Date.now() > until) throw new Error('The web server did not start.')
      await sleep(200)
    }
    let before = emptyFilter()
    const first = await ask(before, 'no filter, read for the first time')
    const log: Logged[] = []
    const used = processorSeconds(web)
    for (const filter of session(counted)) {
      log.push(await ask(filter, nameOf(filter, before)))
      before = filter
    }
    const processorMs = (1000 * (processorSeconds(web) - used)) / log.length
    const times = log.map(({ ms }) => ms).sort((a, b) => a - b)
    const p95Ms = times[Math.ceil(0.95 * times.length) - 1] ?? 0
    const sentBytes = log.reduce((sum, one) => sum + one.sentBytes, 0)
    return { rows, first, log, p95Ms, sentBytes, processorMs }
  } finally {
    web.kill('SIGTERM')
    await ended(web)
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
