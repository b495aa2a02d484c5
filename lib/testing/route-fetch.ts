import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import { setContext } from '@/lib/http/context'
import type { RouteHandler } from '@/lib/http/route'
import type { ServiceContext } from '@/lib/services/context'
import { testStudy, type TestStudy } from './job-study'

const API = path.join(process.cwd(), 'app/api')
const ORIGIN = 'http://localhost:3000'

interface Found {
  file: string
  params: Record<string, string>
}

/** Finds the route file of an address as Next does: a folder of that name before one that names a parameter. */
function findRoute(segments: readonly string[], folder = API): Found | null {
  const [first, ...rest] = segments
  if (first === undefined) {
    const file = path.join(folder, 'route.ts')
    return fs.existsSync(file) ? { file, params: {} } : null
  }
  const folders = fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map((entry) => entry.name)
  if (folders.includes(first)) {
    const found = findRoute(rest, path.join(folder, first))
    if (found) return found
  }
  const named = folders.find((name) => name.startsWith('['))
  const found = named === undefined ? null : findRoute(rest, path.join(folder, named))
  if (!found || named === undefined) return null
  const params = { [named.slice(1, -1)]: decodeURIComponent(first), ...found.params }
  return { file: found.file, params }
}

/** Answers a request by the route handlers of app/api in this process; put it in the place of `fetch` to test both ends. */
export const routeFetch: typeof fetch = async (input, init) => {
  const url = new URL(String(input), ORIGIN)
  const found = findRoute(url.pathname.split('/').slice(2))
  if (!found) return new Response('There is no such route.', { status: 404 })
  const handlers = (await import(found.file)) as Record<string, RouteHandler>
  const request = new Request(url, {
    ...init,
    headers: { ...(init?.headers as Record<string, string> | undefined), host: 'localhost:3000' },
  })
  const handler = handlers[request.method]
  if (!handler) return new Response('The route has no such method.', { status: 405 })
  // As Next does: a path that names nothing has no params.
  const params = Object.keys(found.params).length > 0 ? found.params : undefined
  return handler(request, { params: Promise.resolve(params) })
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
