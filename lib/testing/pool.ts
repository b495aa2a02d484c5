import { setTimeout as sleep } from 'node:timers/promises'
import { memoryCache } from './cache'
import { fake } from '@/lib/backends/dialects/fake'
import { fakeConfigSchema } from '@/lib/backends/dialects/fake/config'
import { openFake } from '@/lib/backends/dialects/fake/session'
import { clockAt } from '@/lib/backends/session/clock'
import { sharePool, type MeteredSession } from '@/lib/backends/session/metered'
import { requestError } from '@/lib/backends/session/request-error'
import { GREEDY, type BackendEnvironment, type BackendKind } from '@/lib/backends/types'
import { openPool } from '@/lib/backends/session/open-pool'
import { targetsOf } from '@/lib/backends/session/replicas'

const ENV: BackendEnvironment = {
  cacheDir: '',
  modelsDir: null,
  secret: () => undefined,
  log: () => undefined,
}

/** A machine that serves a model, or does not. */
export class Machine {
  isUp = true
  /** Another seed is another model. */
  seed = 1
  /** Thrown instead of the next answers. */
  busy: { times: number; error: () => Error } | null = null
  /** Opening never ends. */
  hangs = false
  /** States no model in its replies. */
  silent = false
  latencyMs = 1
  asked = 0
  /** Requests for scores, which only checks of the model make here. */
  checked = 0
  /** Number format that it states; null states none. */
  dtype: string | null = null
  active = 0
  mostActive = 0
  opened = 0

  constructor(readonly address: string) {}

  refuseIfDown(): void {
    if (this.isUp) return
    throw requestError(
      { kind: 'retry', reason: 'ECONNREFUSED', httpStatus: null },
      `Nothing listens at ${this.address}.`,
    )
  }

  session() {
    this.opened += 1
    const session = openFake(fakeConfigSchema.parse({ seed: this.seed }))
    // An open connection reaches whatever is served there now.
    const now = () => openFake(fakeConfigSchema.parse({ seed: this.seed }))
    type Calls = Required<typeof session>
    return {
      ...session,
      scoreTokens: async (...args: Parameters<Calls['scoreTokens']>) => {
        this.checked += 1
        this.refuseIfDown()
        return (now() as Calls).scoreTokens(...args)
      },
      generate: async (...args: Parameters<Calls['generate']>) => {
        this.refuseIfDown()
        if (this.busy && this.busy.times > 0) {
          this.busy.times -= 1
          throw this.busy.error()
        }
        // Small questions are no work.
        if (args[0].params.maxTokens > 1) this.asked += 1
        this.active += 1
        this.mostActive = Math.max(this.mostActive, this.active)
        const served = now() as Calls
        await sleep(this.latencyMs)
        this.active -= 1
        this.refuseIfDown()
        const reply = await served.generate(...args)
        return { ...reply, model: this.silent ? '' : reply.model }
      },
      describe: async () => (this.dtype === null ? {} : { dtype: this.dtype }),
    }
  }
}

function kindOf(machines: readonly Machine[]): BackendKind {
  return {
    ...fake,
    async open(config) {
      const { baseUrl } = config as { baseUrl: string }
      const machine = machines.find(({ address }) => address === baseUrl)
      if (!machine) throw new Error('no such machine')
      if (machine.hangs) await new Promise(() => undefined)
      machine.refuseIfDown()
      return machine.session()
    },
  }
}

/** Addresses of the machines, in order. */
export const addresses = ['http://a:1', 'http://b:2', 'http://c:3']

/** Opens a pool on so many machines, with a cache that tells its keys and a clock that runs fast. */
export async function openMachines(
  count: number,
  prepare: (machines: Machine[]) => void = () => undefined,
  speed = 200,
) {
  const machines = addresses.slice(0, count).map((address) => new Machine(address))
  prepare(machines)
  const notices: string[] = []
  const clock = clockAt(speed)
  const stored = { baseUrl: addresses[0], replicas: addresses.slice(1, count) }
  const pool = await openPool(kindOf(machines), {
    backendId: 'backend',
    targets: targetsOf(stored, stored, 'Backend'),
    env: ENV,
    clock,
    notice: (message) => notices.push(message),
  })
  const kept = memoryCache()
  const keys: string[] = []
  const cache: typeof kept = {
    ...kept,
    get size() {
      return kept.size
    },
    put(entries) {
      keys.push(...entries.map(({ key }) => key.toString('hex')))
      kept.put(entries)
    },
  }
  const shared = sharePool(pool, { backendId: 'backend', label: 'Backend', cache, clock })
  const ask = (n: number, view: MeteredSession = shared.handOut()) =>
    view.generate?.({
      messages: [{ role: 'user', content: `question ${n}` }],
      params: { ...GREEDY, maxTokens: 8 },
    })
  const askMany = (from: number, to: number) =>
    Promise.all(Array.from({ length: to - from }, (_, i) => ask(from + i)))
  return { machines, notices, clock, pool, shared, cache, keys, ask, askMany }
}
