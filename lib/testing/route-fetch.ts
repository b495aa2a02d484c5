import { afterEach, beforeEach, vi } from 'vitest'
import { answerByRoutes } from '@/lib/cli/routes'
import { setContext } from '@/lib/http/context'
import type { ServiceContext } from '@/lib/services/context'
import { testStudy, type TestStudy } from './job-study'

const HOST = 'localhost:3000'
const ORIGIN = `http://${HOST}`

/** Answers a request by the route handlers of app/api in this process; put it in the place of `fetch` to test both ends. */
export const routeFetch: typeof fetch = async (input, init) => {
  const headers = { ...(init?.headers as Record<string, string> | undefined), host: HOST }
  return answerByRoutes(new Request(new URL(String(input), ORIGIN), { ...init, headers }))
}

/** Answers the browser's calls by the routes over a database; `closeWire` ends it. */
export function openWire(context: ServiceContext): void {
  setContext(context)
  vi.stubGlobal('fetch', routeFetch)
}

/** Ends what `openWire` began. */
export function closeWire(): void {
  setContext(null)
  vi.unstubAllGlobals()
}

/** Opens the wire over a new study of so many rows before each test of a file, hands the study over, and closes both afterwards. */
export function wireEach(rows: number, take: (study: TestStudy) => void): void {
  let study: TestStudy
  beforeEach(() => {
    study = testStudy(rows)
    openWire(study)
    take(study)
  })
  afterEach(() => {
    closeWire()
    study.close()
  })
}
