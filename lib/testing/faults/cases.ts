import { BigramModel } from '@/lib/testing/servers/bigram'
import { status, type Fault } from './kit'

/** How a fault that stays leaves the job, and how the job goes on once it is gone. */
export interface Lasting {
  state: 'succeeded' | 'failed' | 'paused'
  hold?: 'backend_down' | 'model_changed' | 'bad_replies'
  /** Words of the reason that a person reads. */
  says?: RegExp
  /** Rows that got the status `error`. */
  errors?: number
  goesOn: 'nothing to do' | 'by itself' | 'resumed by a person' | 'retried by a person'
}

/** One fault, what kind of failure it is, and what becomes of the job. */
interface FaultCase {
  name: string
  fault: Fault
  kind: string
  /** Milliseconds that a request may take meanwhile. */
  timeoutMs?: number
  /** Requests that a passing trouble spoils; after it every row must be there. */
  passing?: number
  lasting: Lasting
}

type Choices = { choices: Record<string, unknown>[] }

const choices =
  (change: (list: Record<string, unknown>[]) => unknown[]): Fault =>
  ({ well }) =>
    well((body) => ({ ...body, choices: change((body as Choices).choices) }))

const eachScore = (change: (entry: { logprob: unknown }) => unknown): Fault =>
  choices((list) =>
    list.map((choice) => ({
      ...choice,
      prompt_logprobs: (
        choice.prompt_logprobs as (Record<string, { logprob: unknown }> | null)[]
      ).map(
        (entry) =>
          entry &&
          Object.fromEntries(Object.entries(entry).map(([id, value]) => [id, change(value)])),
      ),
    })),
  )

const raw = (body: string, type = 'application/json'): Fault =>
  status(200, body, { 'content-type': type })

// Rows whose texts hold the word " 7": row 7 by its instruction, row 2 by its response.
const [POISON] = new BigramModel(false).encode('number 7', false).slice(-1)
const POISONED_ROWS = 2

/** Answers wrongly only where one text is in the request. */
const onPoison =
  (fault: Fault): Fault =>
  (asked) => {
    const prompts = asked.body.prompt as number[][]
    if (prompts.flat().includes(POISON as number)) fault(asked)
    else asked.well()
  }

const nothing: Fault = () => undefined

/** The backend is away. */
export const DOWN: Lasting = { state: 'paused', hold: 'backend_down', goesOn: 'by itself' }
const FAILS: Lasting = { state: 'failed', goesOn: 'retried by a person' }
const BAD: Lasting = { state: 'paused', hold: 'bad_replies', goesOn: 'resumed by a person' }
const SPLIT: Lasting = { state: 'succeeded', goesOn: 'nothing to do' }
const POISONED: Lasting = {
  state: 'succeeded',
  errors: POISONED_ROWS,
  goesOn: 'retried by a person',
}

/** Every fault of a server that can be reached. */
export const FAULT_CASES: readonly FaultCase[] = [
  {
    name: 'connection reset',
    fault: ({ request }) => request.socket.destroy(),
    kind: 'retry',
    passing: 3,
    lasting: { ...DOWN, says: /connection .* failed/ },
  },
  {
    name: '401',
    fault: status(401),
    kind: 'config',
    lasting: { ...FAILS, says: /asks for a key/ },
  },
  {
    name: '403',
    fault: status(403),
    kind: 'config',
    lasting: { ...FAILS, says: /asks for a key/ },
  },
  {
    name: '404, model',
    fault: status(404, { error: { message: 'The model `NAME` does not exist.', code: 404 } }),
    kind: 'config',
    lasting: { ...FAILS, says: /model name/ },
  },
  { name: '408', fault: status(408), kind: 'retry', passing: 3, lasting: DOWN },
  {
    name: '413 for more than 3 texts',
    fault: (asked) =>
      (asked.body.prompt as unknown[]).length > 3 ? status(413)(asked) : asked.well(),
    kind: 'split',
    passing: 1,
    lasting: SPLIT,
  },
  { name: '422 for one text', fault: onPoison(status(422)), kind: 'row', lasting: POISONED },
  {
    name: '429 with Retry-After (s)',
    fault: status(429, '{}', { 'retry-after': '1' }),
    kind: 'retry',
    // More than the attempts of a request: none was spent.
    passing: 8,
    lasting: { ...DOWN, says: /429/ },
  },
  {
    name: '429 with Retry-After (date), clocks an hour apart',
    fault: (asked) => {
      const theirs = Date.now() + 3_600_000
      const date = (at: number) => new Date(at).toUTCString()
      status(429, '{}', { date: date(theirs), 'retry-after': date(theirs + 1_000) })(asked)
    },
    kind: 'retry',
    passing: 8,
    lasting: { ...DOWN, says: /429/ },
  },
  { name: '429 without', fault: status(429), kind: 'retry', passing: 3, lasting: DOWN },
  {
    name: '429, quota',
    fault: status(429, { error: { message: 'no quota', code: 'insufficient_quota' } }),
    kind: 'config',
    lasting: { ...FAILS, says: /quota/ },
  },
  { name: '500', fault: status(500), kind: 'retry', passing: 2, lasting: DOWN },
  { name: '500 for one text', fault: onPoison(status(500)), kind: 'retry', lasting: POISONED },
  { name: '502', fault: status(502), kind: 'retry', passing: 3, lasting: DOWN },
  { name: '503', fault: status(503), kind: 'retry', passing: 3, lasting: DOWN },
  {
    name: '503, loading model',
    fault: status(503, { error: { message: 'Loading model' } }),
    kind: 'wait',
    passing: 20,
    lasting: { ...DOWN, says: /Loading model/ },
  },
  {
    name: 'no first byte in time',
    fault: nothing,
    kind: 'retry',
    timeoutMs: 150,
    passing: 2,
    lasting: { ...DOWN, says: /did not answer in time/ },
  },
  {
    name: 'body stalls',
    fault: ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
      response.write('{"model":"NAME","choices":[')
    },
    kind: 'retry',
    timeoutMs: 150,
    passing: 2,
    lasting: { ...DOWN, says: /did not answer in time/ },
  },
  {
    name: 'body cut by the connection',
    fault: ({ response, request }) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
      response.write('{"model":"NAME","choices":[', () => request.socket.destroy())
    },
    kind: 'retry',
    passing: 3,
    lasting: DOWN,
  },
  {
    name: 'truncated JSON',
    fault: raw('{"model":"NAME","choices":[{"index":0'),
    kind: 'data_error',
    passing: 1,
    lasting: { ...BAD, says: /not JSON/ },
  },
  {
    name: 'wrong JSON shape',
    fault: raw('{"answer":42}'),
    kind: 'data_error',
    passing: 1,
    lasting: BAD,
  },
  {
    name: 'HTML instead of JSON',
    fault: raw('<html><body>Sign in</body></html>', 'text/html'),
    kind: 'data_error',
    passing: 1,
    lasting: BAD,
  },
  {
    name: 'huge body',
    fault: ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const piece = 'x'.repeat(2 ** 16)
      const more = () => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    },
    kind: 'data_error',
    passing: 1,
    lasting: { ...BAD, says: /longer than/ },
  },
  {
    name: 'NaN',
    fault: raw('{"model":"NAME","choices":[{"index":0,"prompt_logprobs":[null,NaN]}]}'),
    kind: 'data_error',
    passing: 1,
    lasting: BAD,
  },
  {
    name: 'Infinity (1e999)',
    fault: ({ well, response }) => {
      const { end } = response
      response.end = ((text: string) =>
        end.call(
          response,
          text.replace(/"logprob":-?[\d.e-]+/g, '"logprob":-1e999'),
          'utf8',
        )) as never
      well()
    },
    kind: 'data_error',
    passing: 1,
    lasting: BAD,
  },
  {
    name: 'null where a score must be',
    fault: onPoison(eachScore((entry) => ({ ...entry, logprob: null }))),
    kind: 'data_error',
    lasting: POISONED,
  },
  {
    name: 'duplicate indices',
    fault: choices((list) => list.map((choice) => ({ ...choice, index: 0 }))),
    kind: 'data_error',
    passing: 1,
    lasting: SPLIT,
  },
  {
    name: 'missing indices',
    fault: choices((list) => list.map((choice, i) => ({ ...choice, index: i + 1 }))),
    kind: 'data_error',
    passing: 1,
    lasting: BAD,
  },
  {
    name: 'wrong batch length',
    fault: choices((list) => list.slice(1)),
    kind: 'data_error',
    passing: 1,
    lasting: BAD,
  },
  {
    name: 'log-probabilities of other tokens',
    fault: choices((list) =>
      list.map((choice) => ({
        ...choice,
        prompt_logprobs: (choice.prompt_logprobs as unknown[]).map(
          (entry) => entry && { 999999: { logprob: -1 } },
        ),
      })),
    ),
    kind: 'data_error',
    passing: 1,
    lasting: { ...BAD, says: /another one/ },
  },
  {
    name: 'model swapped in mid-job',
    fault: ({ well }) => well((body) => ({ ...body, model: 'OTHER' })),
    kind: 'config',
    lasting: {
      state: 'paused',
      hold: 'model_changed',
      says: /OTHER/,
      goesOn: 'resumed by a person',
    },
  },
]
