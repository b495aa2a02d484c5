import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { setContext } from '@/lib/http/context'
import type { RouteHandler } from '@/lib/http/route'
import { askOver } from '@/lib/mcp/over-http'
import type { Ask } from '@/lib/mcp/server'
import type { ServiceContext } from '@/lib/services/context'
import { closeReader } from '@/lib/services/queries/client'
import { startSite } from './picture-files'
import { ROOT } from './start/settings.mjs'

const API = path.join(ROOT, 'app', 'api')
// Requests in this process have no address; this one passes the checks of the routes.
const ORIGIN = 'http://localhost:3000'
const PICTURE = /^\/api\/studies\/[^/]+\/figures\/[^/]+\/picture(\?|$)/

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

function refused(status: number, message: string): Response {
  return Response.json({ error: { code: 'not_found', message } }, { status })
}

/** Returns the answer of the route handlers of app/api, run in this process, to a request for `/api/...`. */
export async function answerByRoutes(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  const found = findRoute(pathname.split('/').slice(2))
  if (!found) return refused(404, `There is no route ${pathname}.`)
  const handlers = (await import(pathToFileURL(found.file).href)) as Record<string, RouteHandler>
  const handler = handlers[request.method]
  if (!handler) return refused(405, `The route ${pathname} does not take ${request.method}.`)
  // As Next does: a path that names nothing has no params.
  const params = Object.keys(found.params).length > 0 ? found.params : undefined
  return handler(request, { params: Promise.resolve(params) })
}

/** Returns how to ask the routes in this process, over the data folder of the command line. */
export function askRoutes(context: ServiceContext): { ask: Ask; close(): Promise<void> } {
  setContext(context)
  const { accessToken } = context.config
  let site: ReturnType<typeof startSite> | undefined
  const ask: Ask = async (method, address, { body, signal }) => {
    if (PICTURE.test(address)) {
      // Drawn by a web server, which is started for the first picture.
      site ??= startSite()
      const { origin, token } = (await site).site
      return askOver(origin, token)(method, address, { body, signal })
    }
    const isFile = body instanceof ReadableStream
    const request = new Request(`${ORIGIN}${address}`, {
      method,
      signal,
      headers: {
        host: new URL(ORIGIN).host,
        ...(accessToken === null ? {} : { authorization: `Bearer ${accessToken}` }),
        ...(body === undefined || isFile ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
      ...(isFile ? { duplex: 'half' as const } : {}),
    })
    return answerByRoutes(request)
  }
  const close = async () => {
    await closeReader(context.db)
    const started = await site?.catch(() => null)
    started?.web.kill('SIGTERM')
  }
  return { ask, close }
}
