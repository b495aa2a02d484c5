import { createHash } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { backends } from '@/db/schema'
import { respondRequestSchema } from '@/lib/contracts/responses'
import { requestProbe } from '@/lib/services/backends'
import { previewUpload, startImport } from '@/lib/services/imports'
import { requestModel } from '@/lib/services/models'
import { startResponses } from '@/lib/services/responses/start'
import { createStudy } from '@/lib/services/studies'
import { registerFile } from '@/lib/services/imports/uploads'
import type { Scene, Stage } from './scene'
import { enqueue } from '@/lib/queue/queue'
import { testStudy, testText } from '../job-study'

const LONG_AGO = Date.now() - 400 * 24 * 3600 * 1000

/** Returns the lines that a query gives of what a scene left behind. */
export function lines(stage: Stage, sql: string): string[] {
  return stage.study.db.$client.prepare(sql).pluck().all() as string[]
}

/** Returns a study with the job to kill, closed together with the server that it asks. */
export function stageOf(study: Stage['study'], jobId: string, server?: { close(): void }) {
  const close = () => {
    server?.close()
    study.close()
  }
  return { study, jobId, close }
}

/** A server on the loopback address that lives as long as its scene. */
async function serve(answer: http.RequestListener): Promise<{ url: string; close(): void }> {
  const server = http.createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const RESPONSES = `select c.round || ' ' || s.kind || ' ' || p.idx || ' ' || p.status || ' ' || coalesce(p.text, '-')
  from responses p join response_sets s on s.no = p.set_no join cells c on c.no = s.cell_no order by 1`

const respond: Scene = {
  name: 'respond',
  spreadMs: 1_500,
  async prepare() {
    const study = testStudy(60, { latencyMs: 80 })
    const request = { backend: 'fake', maxTokens: 64, temperature: 0.5, cellIds: ['child'] }
    const { id } = startResponses(study, study.studyId, respondRequestSchema.parse(request))
    return stageOf(study, id)
  },
  snapshot: (stage) => [
    ...lines(stage, RESPONSES),
    ...lines(stage, 'select count(*) from response_sets'),
  ],
}

const IMPORT_ROWS = 120_000

const importing: Scene = {
  name: 'import',
  spreadMs: 800,
  async prepare() {
    const study = testStudy(1)
    const { id: studyId } = createStudy(study.db, { name: 'Imported' })
    const file = path.join(study.config.dataDir, 'alpaca.json')
    const rows = Array.from({ length: IMPORT_ROWS }, (_, n) => ({
      instruction: `${testText(n)} (${n})`,
      input: '',
      output: testText(n + 3),
    }))
    fs.writeFileSync(file, JSON.stringify(rows))
    const { uploadId } = await registerFile(study.config, file)
    const { plan } = await previewUpload(study, studyId, { uploadId })
    const job = await startImport(study, studyId, [plan])
    return stageOf(study, job.id)
  },
  snapshot(stage) {
    const texts = lines(
      stage,
      `select r.idx || ' ' || r.instruction || ' ' || coalesce(p.text, '-')
       from rows r join cells c on c.no = r.cell_no join response_sets s on s.cell_no = c.no
       join responses p on p.set_no = s.no and p.idx = r.idx where r.instruction like '%)' order by r.idx`,
    )
    const hash = createHash('sha256').update(texts.join('\n')).digest('hex')
    return [`${texts.length} rows ${hash}`, ...lines(stage, 'select count(*) from cells')]
  },
}

const SLOW_MS = 250

/** A chat server that thinks about everything for a while. */
async function slowServer(): Promise<{ url: string; close(): void }> {
  const chat = {
    id: 'c',
    object: 'chat.completion',
    model: 'slow',
    choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
  }
  const answers: Record<string, object> = {
    '/v1/models': { object: 'list', data: [{ id: 'slow', object: 'model' }] },
    '/v1/chat/completions': chat,
  }
  return serve((request, response) => {
    const answer = answers[request.url ?? '']
    setTimeout(() => {
      response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer ?? { error: { message: 'Not Found' } }))
    }, SLOW_MS)
  })
}

const probe: Scene = {
  name: 'probe',
  spreadMs: 1_500,
  async prepare() {
    const study = testStudy(1)
    const server = await slowServer()
    const config = { baseUrl: server.url, model: 'slow', revision: '1' }
    study.db
      .insert(backends)
      .values({ id: 'slow', kind: 'openai', label: 'Slow', config, createdAt: 1 })
      .run()
    const { id } = requestProbe(study.db, 'slow')
    return stageOf(study, id, server)
  },
  snapshot: (stage) =>
    lines(
      stage,
      `select json_remove(probe, '$.latencyMs', '$.steps') from backends where id = 'slow'`,
    ),
}

const OLD_ANSWERS = 200_000

const purge: Scene = {
  name: 'purge',
  spreadMs: 300,
  async prepare() {
    const study = testStudy(1)
    const { $client } = study.db
    const answer = $client.prepare(
      "insert into request_cache (key, call, value, created_at, used_at) values (?, 'chat', x'00', ?, ?)",
    )
    $client.transaction(() => {
      for (let n = 0; n < OLD_ANSWERS; n += 1) {
        const at = n % 2 === 0 ? LONG_AGO : Date.now()
        answer.run(createHash('sha256').update(String(n)).digest(), at, at)
      }
      $client
        .prepare(
          "insert into studies (id, name, created_at, deleted_at) values ('old', 'Old', 1, ?)",
        )
        .run(LONG_AGO)
    })()
    const { id } = enqueue(study.db, { kind: 'purge', payload: {}, names: {} })
    return stageOf(study, id)
  },
  snapshot: (stage) => [
    ...lines(stage, "select 'answers ' || count(*) from request_cache"),
    ...lines(stage, 'select id from studies order by id'),
  ],
}

const MODEL = 'all-mpnet-base-v2'
const FILE_BYTES = 1_500_000
const CHUNK_BYTES = 32_768
// A line slow enough for kills to fall into a file.
const CHUNK_PAUSE_MS = 8

/** Returns bytes that differ by name and do not repeat soon. */
function content(name: string): Buffer {
  const bytes = Buffer.alloc(FILE_BYTES)
  let state = createHash('sha256').update(name).digest().readUInt32LE(0) | 1
  for (let at = 0; at + 4 <= FILE_BYTES; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes.writeUInt32LE(state, at)
  }
  return bytes
}

/** A hub that states checksums and serves ranges, slowly. */
async function slowHub(): Promise<{ url: string; close(): void }> {
  return serve((request, response) => {
    const bytes = content(path.basename(request.url ?? ''))
    const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      'content-length': bytes.length - from,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    })
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    let at = from
    const send = () => {
      if (response.destroyed) return
      if (at >= bytes.length) {
        response.end()
        return
      }
      response.write(bytes.subarray(at, at + CHUNK_BYTES))
      at += CHUNK_BYTES
      setTimeout(send, CHUNK_PAUSE_MS)
    }
    send()
  })
}

const fetchModel: Scene = {
  name: 'fetch-model',
  spreadMs: 700,
  async prepare() {
    const study = testStudy(1)
    const hub = await slowHub()
    const { id } = requestModel(study, MODEL)
    const env = { HF_ENDPOINT: hub.url, HF_TOKEN: '', EVOLENS_MODELS_DIR: '' }
    return { ...stageOf(study, id, hub), env }
  },
  snapshot({ study }) {
    const folder = path.join(study.config.cacheDir, 'models', MODEL)
    const files = fs.existsSync(folder)
      ? (fs.readdirSync(folder, { recursive: true }) as string[])
      : []
    return files
      .filter((name) => fs.statSync(path.join(folder, name)).isFile())
      .filter((name) => name !== 'evolens-model.json')
      .map((name) => {
        const bytes = fs.readFileSync(path.join(folder, name))
        return `${name} ${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`
      })
      .sort()
  },
}

/** Every kind of job beside scoring, which has its own round. */
export const SCENES: readonly Scene[] = [respond, importing, probe, purge, fetchModel]
