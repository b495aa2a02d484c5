import { modelStub, startStub } from '../servers/openai'
import {
  GREEDY,
  type BackendEnvironment,
  type BackendKind,
  type GenerateParams,
} from '@/lib/backends/types'

/** The environment of backends in tests: no keys, no files, and nothing is logged. */
export const TEST_ENVIRONMENT: BackendEnvironment = {
  cacheDir: '',
  modelsDir: null,
  secret: () => undefined,
  log: () => undefined,
}

/** Returns a chat request with one message; sampling is greedy unless changed. */
export function chatRequest(params: Partial<GenerateParams> = {}, content = 'a') {
  return { messages: [{ role: 'user', content } as const], params: { ...GREEDY, ...params } }
}

type Answer = Parameters<typeof startStub>[0]

/** Servers and sessions of one test, closed together. */
export class OpenBackends {
  private readonly closing: (() => Promise<void>)[] = []

  /** Starts a server and returns it with a parsed configuration for its address. */
  async serve(kind: BackendKind, answer: Answer = modelStub, change: Record<string, unknown> = {}) {
    const stub = await startStub(answer)
    this.closing.push(() => stub.close())
    return { stub, config: kind.config.parse({ baseUrl: stub.url, model: 'NAME', ...change }) }
  }

  /** Starts a server and opens a session on it. */
  async open(kind: BackendKind, answer: Answer = modelStub, change: Record<string, unknown> = {}) {
    const { stub, config } = await this.serve(kind, answer, change)
    const session = await kind.open(config, TEST_ENVIRONMENT)
    this.closing.push(() => session.close())
    const bodies = (path: string) =>
      stub.seen.filter((request) => request.path === path).map(({ body }) => body)
    return { session, stub, bodies }
  }

  async close(): Promise<void> {
    for (const close of this.closing.splice(0).reverse()) await close()
  }
}
