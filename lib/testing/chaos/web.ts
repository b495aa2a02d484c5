import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@/lib/cli/free-port'
import type { Config } from '@/lib/config'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { startRuns } from '@/lib/services/runs/compute'
import { createRandom } from '@/lib/stats/random'
import { ended, spawnWorker, stopWorker } from './run'
import { getJob } from '@/lib/queue/queue'
import { storedColumns, testStudy, type TestStudy } from '../job-study'

// What a page with open jobs asks for, and as often.
const ASKED = ['/api/jobs', '/api/system', '/api/studies']
const ASK_MS = 200
const MOST_LIFE_MS = 4_000
const START_MS = 60_000

/** What kills of the web server left behind. */
export interface WebChaos {
  kills: number
  /** Replies that the web server gave before its deaths. */
  replies: number
  columns: string[]
  state: string
}

/** Returns why the web server cannot be started here, or null. */
export function noBuild(): string | null {
  return fs.existsSync('.next/BUILD_ID') ? null : 'there is no build; run "npx next build" first'
}

/** Starts the web server of the production build on a data folder. */
export async function spawnWeb({ dataDir, cacheDir }: Pick<Config, 'dataDir' | 'cacheDir'>) {
  const port = await freePort()
  const web = spawn(process.execPath, ['lib/cli/start/web.mjs'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      NODE_ENV: 'production',
      EVOLENS_DATA_DIR: dataDir,
      EVOLENS_CACHE_DIR: cacheDir,
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'silent',
    },
  })
  return { web, url: `http://127.0.0.1:${port}` }
}

/** Starts the web server, asks it as a page would, and kills it; returns how often it answered. */
async function killWeb(study: TestStudy, lifeMs: number): Promise<number> {
  const { web, url } = await spawnWeb(study.config)
  let replies = 0
  let dies = Date.now() + START_MS
  for (let n = 0; Date.now() < dies && web.exitCode === null; n += 1) {
    const path = ASKED[n % ASKED.length] as string
    const reply = await fetch(url + path).catch(() => null)
    await reply?.arrayBuffer()
    // Its life is counted from its first answer.
    if (reply?.ok && replies === 0) dies = Date.now() + lifeMs
    if (reply?.ok) replies += 1
    await sleep(ASK_MS)
  }
  web.kill('SIGKILL')
  await ended(web)
  return replies
}

/** Scores a study while its web server is killed at random moments; without kills it only scores. */
export async function webChaos(kills: number, rows: number, seed: number): Promise<WebChaos> {
  const study = testStudy(rows, { latencyMs: kills > 0 ? 40 : 0 })
  const worker = spawnWorker(study)
  try {
    const request = computeRequestSchema.parse({
      metrics: [{ metric: 'difficulty_score' }],
      backends: { difficulty_score: 'fake' },
    })
    const id = startRuns(study, study.studyId, request).jobs[0]?.id ?? ''
    const random = createRandom(seed)
    let replies = 0
    for (let kill = 0; kill < kills; kill += 1) {
      replies += await killWeb(study, random.below(MOST_LIFE_MS))
    }
    const state = () => getJob(study.db, id).state
    while (['queued', 'running'].includes(state())) await sleep(ASK_MS)
    return { kills, replies, columns: storedColumns(study.db), state: state() }
  } finally {
    await stopWorker(worker)
    study.close()
  }
}
