import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { backends } from '@/db/schema'
import { getBackendKind } from '@/lib/backends'
import type { NetworkEnvironment } from '@/lib/backends/http/address'
import { FIXED_QUESTION } from '@/lib/backends/session/fingerprint'
import { failureOf } from '@/lib/backends/session/request-error'
import { modelStub } from '@/lib/testing/servers/openai'
import { BigramModel } from '@/lib/testing/servers/bigram'
import { vllmServer } from '@/lib/testing/servers/vllm'
import { clockAt, type Clock } from '@/lib/backends/session/clock'
import { DEFAULT_TIMING } from '@/lib/backends/session/retry'
import type { BackendKind, BackendSession } from '@/lib/backends/types'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { startRuns } from '@/lib/services/runs/compute'
import { countRows, readRowStatus } from '@/lib/services/runs/row-status'
import { backendEnvironment, BackendPool, type PoolOptions } from '@/lib/worker/backend-pool'
import { HoldWatch } from '@/lib/worker/auto-resume'
import { JOB_KINDS } from '@/lib/worker/handlers'
import { claim } from '@/lib/queue/leases'
import { getJob, getJobRow, retryJob } from '@/lib/queue/queue'
import { runJob } from '@/lib/worker/run-job'
import { storedColumns, testStudy, type TestStudy } from '../job-study'

const OWNER = 'faults'
// Waits of seconds pass in milliseconds; timeouts of requests stay those of the machine.
const SPEED = 200
// A request that is never answered well is given up after two minutes instead of ten.
const TIMING = { ...DEFAULT_TIMING, totalMs: 120_000 }
// The paths that do the work of a run; what is asked at opening stays well unless the fault concerns the connection.
const WORK_PATHS = new Set(['/v1/completions', '/v1/chat/completions', '/v1/embeddings'])

/** One request that a fault may answer. */
export interface Asked {
  path: string
  body: Record<string, unknown>
  request: http.IncomingMessage
  response: http.ServerResponse
  /** Answers as a healthy server would, after `change` of the parsed body. */
  well(change?: (body: Record<string, unknown>) => unknown): void
}

/** Answers a request wrongly. */
export type Fault = (asked: Asked) => void

/** A server of a small exact model that can be made to fail, stopped and started again on the same port. */
export class FaultyServer {
  private server: http.Server | null = null
  private port = 0
  private fault: { act: Fault; left: number; everywhere: boolean } | null = null
  private readonly first = new BigramModel(false)
  private scorer = vllmServer(this.first)
  /** Wait before each reply, in milliseconds. */
  latencyMs = 0
  /** Requests of the working paths, as they came in. */
  asked = 0

  constructor(private readonly secure = false) {}

  get url(): string {
    return `${this.secure ? 'https' : 'http'}://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const listen = (request: http.IncomingMessage, response: http.ServerResponse) =>
      this.receive(request, response)
    const fixture = (name: string) =>
      readFileSync(path.join(import.meta.dirname, '../../backends/http/fixtures', name))
    this.server = this.secure
      ? https.createServer({ key: fixture('server.key.pem'), cert: fixture('server.pem') }, listen)
      : http.createServer(listen)
    const { server } = this
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
    this.port = (server.address() as AddressInfo).port
  }

  /** Nothing listens any more. */
  async stop(): Promise<void> {
    const { server } = this
    this.server = null
    if (!server) return
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }

  /** Serves the model of this salt from now on, without a connection failing. */
  serve(salt: number): void {
    this.scorer = vllmServer(new BigramModel(false, null, salt, this.first))
  }

  /** Answers the next `times` working requests wrongly; `everywhere` the others as well. */
  breakWith(act: Fault, times = Infinity, everywhere = false): void {
    this.fault = { act, left: times, everywhere }
  }

  heal(): void {
    this.fault = null
  }

  private receive(request: http.IncomingMessage, response: http.ServerResponse): void {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const body = text ? (JSON.parse(text) as Record<string, unknown>) : {}
      // The check of the model is no work of the run.
      const works = WORK_PATHS.has(request.url ?? '') && !text.includes(FIXED_QUESTION)
      if (works) this.asked += 1
      const asked: Asked = {
        path: request.url ?? '',
        body,
        request,
        response,
        well: (change) => this.answerWell(request, response, body, change),
      }
      const { fault } = this
      if (!fault || fault.left <= 0 || !(works || fault.everywhere)) asked.well()
      else {
        fault.left -= 1
        fault.act(asked)
      }
    })
  }

  private answerWell(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    body: Record<string, unknown>,
    change: ((body: Record<string, unknown>) => unknown) | undefined,
  ): void {
    const { url: at = '', method = '', headers } = request
    const asked = { path: at, method, headers, body }
    const reply = at === '/v1/embeddings' ? modelStub(asked) : this.scorer(asked)
    const answer = reply?.body as Record<string, unknown>
    const send = () => {
      response.writeHead(reply?.status ?? 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(change ? change(answer) : answer))
    }
    if (this.latencyMs > 0) setTimeout(send, this.latencyMs)
    else send()
  }
}

/** Returns a fault that answers with a status, a body and headers. */
export function status(
  code: number,
  body: unknown = { error: { message: `made-up ${code}`, type: 'made_up', code } },
  headers: Record<string, string> = {},
): Fault {
  return ({ response }) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** Returns the kind whose scoring calls tell what kind of failure they end with. */
function watched(kind: BackendKind, failures: Set<string>): BackendKind {
  return {
    ...kind,
    async open(config, env, signal) {
      const session = await kind.open(config, env, signal)
      const { scoreTokens } = session
      if (!scoreTokens) return session
      const scored: BackendSession['scoreTokens'] = (sequences, abort) =>
        scoreTokens(sequences, abort).catch((error: unknown) => {
          failures.add(failureOf(error).kind)
          throw error
        })
      return { ...session, scoreTokens: scored }
    },
  }
}

/** Returns a port of this machine on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** What a study of faults is made of. */
interface FaultStudyOptions {
  rows?: number
  metric?: string
  kind?: string
  config?: Record<string, unknown>
  kindOf?: (id: string) => BackendKind
}

/** A study whose rows are computed on a server at an address (null: in this process), with waits that pass quickly. */
export class FaultStudy {
  readonly study: TestStudy
  readonly clock: Clock = clockAt(SPEED)
  private pool: BackendPool
  private watch: HoldWatch
  private readonly poolOptions: PoolOptions
  jobId: string
  /** Kinds of failure that scoring requests ended with. */
  readonly failures = new Set<string>()

  constructor(baseUrl: string | null, options: FaultStudyOptions = {}) {
    const { rows = 12, metric = 'loss', kind = 'vllm', config = {} } = options
    const address = baseUrl === null ? {} : { baseUrl, model: 'NAME' }
    this.study = testStudy(rows)
    const { db } = this.study
    db.insert(backends)
      .values({
        id: 'server',
        kind,
        label: 'Server',
        config: { ...address, ...config },
        createdAt: 2,
      })
      .run()
    const request = computeRequestSchema.parse({
      metrics: [{ metric }],
      backends: { [metric]: 'server' },
      cellIds: [this.study.seedCell],
    })
    this.jobId = startRuns(this.study, this.study.studyId, request).jobs[0]?.id ?? ''
    this.poolOptions = {
      clock: this.clock,
      timing: TIMING,
      kindOf: (id) => watched((options.kindOf ?? getBackendKind)(id), this.failures),
    }
    this.pool = new BackendPool(db, this.study.config, this.poolOptions)
    this.watch = this.newWatch()
  }

  /** The job as pages show it. */
  get job() {
    return getJob(this.study.db, this.jobId)
  }

  /** Status names of the rows and how many have them. */
  get reasons(): Record<string, number> {
    const { db } = this.study
    const text = db.$client.prepare('select record from runs').pluck().get() as string
    return (JSON.parse(text) as { reasons: Record<string, number> }).reasons
  }

  get columns(): string[] {
    return storedColumns(this.study.db)
  }

  /** Rows that the run counts as done, and rows whose stored status says so: differ after a half-done commit. */
  get doneRows(): { counted: number; stored: number } {
    const { db } = this.study
    const cells = db.$client
      .prepare(
        `select rc.run_no as runNo, rc.cell_no as cellNo, rc.done, c.row_count as rowCount
         from run_cells rc join cells c on c.no = rc.cell_no`,
      )
      .all() as { runNo: number; cellNo: number; done: number; rowCount: number }[]
    const stored = cells.map(({ runNo, cellNo, rowCount }) =>
      countRows(readRowStatus(db, runNo, cellNo, rowCount)),
    )
    return {
      counted: cells.reduce((sum, { done }) => sum + done, 0),
      stored: stored.reduce((sum, { done }) => sum + done, 0),
    }
  }

  /** Answers in the request cache. */
  get cached(): number {
    const { db } = this.study
    return db.$client.prepare('select count(*) from request_cache').pluck().get() as number
  }

  /** Runs the job once if it waits; returns the state that it is left in. */
  async run(signal: AbortSignal = new AbortController().signal): Promise<string> {
    const { db, config } = this.study
    const row = claim(db, OWNER, ['compute'])
    const kind = JOB_KINDS.find((entry) => entry.kind === 'compute')
    if (!row || !kind) return this.job.state
    const around = { db, config, pool: this.pool, owner: OWNER, clock: this.clock }
    await runJob(around, kind, row, signal)
    return this.job.state
  }

  /** Queues the ended job again. */
  retry(): void {
    retryJob(this.study.db, this.jobId)
  }

  /** Goes on with another job: the one that retries rows. */
  follow(jobId: string): void {
    this.jobId = jobId
  }

  /** What a backend gets from its surroundings. */
  get environment(): NetworkEnvironment {
    return backendEnvironment(this.study.config, this.study.db)
  }

  /** Opens the backend, so that what follows happens in the middle of its life. */
  async open(): Promise<void> {
    const session = await this.pool.open('server', new AbortController().signal)
    await session.close()
  }

  /** Looks after the held job until it waits in the queue again, or so many seconds of its clock are over. */
  async untilResumed(seconds: number): Promise<boolean> {
    const end = this.clock.now() + seconds * 1_000
    while (this.clock.now() < end) {
      this.watch.tick()
      await this.clock.sleep(500)
      if (getJobRow(this.study.db, this.jobId).state === 'queued') return true
    }
    return false
  }

  /** What a new worker process has: nothing but the database. */
  async restartWorker(): Promise<void> {
    this.watch.stop()
    await this.pool.closeAll()
    this.pool = new BackendPool(this.study.db, this.study.config, this.poolOptions)
    this.watch = this.newWatch()
  }

  async close(): Promise<void> {
    this.watch.stop()
    await this.pool.closeAll()
    this.study.close()
  }

  private newWatch(): HoldWatch {
    const { db, config } = this.study
    return new HoldWatch({ db, config, pool: this.pool }, { clock: this.clock })
  }
}

/** Returns what makes servers and studies of one test file, and closes them after a test. */
export function faultTools() {
  const closing: (() => Promise<void>)[] = []
  return {
    async server(secure = false): Promise<FaultyServer> {
      const made = new FaultyServer(secure)
      await made.start()
      closing.push(() => made.stop())
      return made
    },
    studyOn(...options: ConstructorParameters<typeof FaultStudy>): FaultStudy {
      const made = new FaultStudy(...options)
      closing.push(() => made.close())
      return made
    },
    async closeAll(): Promise<void> {
      for (const close of closing.splice(0).reverse()) await close()
    },
  }
}
