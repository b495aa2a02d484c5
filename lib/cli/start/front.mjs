// What every request meets before Next sees it: Next itself reads bodies of pages into memory and leaves sockets open.
import { takeTurns } from './take-turns.mjs'

// A head of a request is small; whoever has not sent it by then is not a browser.
const HEADERS_MS = 15_000
// How often silent sockets are looked for.
const CHECK_MS = 5_000
// A body may take long, but not without a byte for this long.
const BODY_SILENCE_MS = 60_000
// JSON bodies have 4 MB at most; only files take longer.
const SMALL_BODY_MS = 60_000
// The refused side may still be sending and would miss the answer if its socket were closed at once.
const LINGER_MS = 2_000
// The routes whose body is a file or a piece of one.
const UPLOADS = /^\/api\/uploads(?:\/parts\/[^/]+)?$/
/** Header in which the address of the other side travels to the access checks; what a client sends under it is dropped. */
export const REMOTE_HEADER = 'x-evolens-remote'

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

function announcesBody({ headers }) {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function isDecodable(text) {
  try {
    decodeURIComponent(text)
    return !text.includes('%00')
  } catch {
    return false
  }
}

/** Returns why a request is refused before its body is read, or null. */
export function refusal(request) {
  const { method = 'GET', url = '' } = request
  const [pathname = '', ...query] = url.split('?')
  if (!pathname.startsWith('/') || !isDecodable(pathname) || !isDecodable(query.join('?')))
    return { status: 400, message: 'This address is malformed: check the signs after "%".' }
  if (pathname === '/api' || pathname.startsWith('/api/')) return null
  if (!READS.has(method))
    return { status: 405, message: 'Pages take no data. Send it to a route under /api.' }
  if (announcesBody(request))
    return { status: 413, message: 'A request for a page has no body. Send data to /api.' }
  return null
}

function refuse(request, response, { status, message }) {
  const isApi = request.url.startsWith('/api')
  const code = 'invalid_input'
  response.writeHead(status, {
    'content-type': isApi ? 'application/json' : 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  })
  response.end(isApi ? JSON.stringify({ error: { code, message } }) : message)
}

/** Closes the socket of a request that was answered before its whole body came. */
function dropRest(request, response) {
  response.once('finish', () => {
    if (request.complete) return
    const { socket } = request
    const timer = setTimeout(() => socket.destroy(), LINGER_MS)
    socket.once('close', () => clearTimeout(timer))
  })
}

/** Returns whether the body of a request for an address is a file, which may take as long as it moves. */
export function takesFile(url) {
  return UPLOADS.test(url.split('?')[0])
}

function limitBody(request) {
  const { socket } = request
  const stop = () => socket.destroy()
  socket.setTimeout(BODY_SILENCE_MS, stop)
  const timer = takesFile(request.url) ? null : setTimeout(stop, SMALL_BODY_MS)
  const done = () => {
    clearTimeout(timer)
    socket.setTimeout(0)
    socket.removeListener('timeout', stop)
  }
  request.once('end', done)
  request.once('close', done)
}

/**
 * Makes a server safe to leave open: refuses bodies on pages and malformed addresses, closes silent sockets and upgrades,
 * and drops the rest of a body whose request was answered already. `handle` gets everything else.
 */
export function guardServer(server, handle, { dev = false } = {}) {
  server.headersTimeout = HEADERS_MS
  // Files of many gigabytes come through slow lines; a body that stops moving is ended below.
  server.requestTimeout = 0
  const inTurn = takeTurns()
  server.on('request', (request, response) => {
    request.headers[REMOTE_HEADER] = request.socket.remoteAddress ?? ''
    if (announcesBody(request)) {
      limitBody(request)
      dropRest(request, response)
    }
    // The development server takes reports of its own pages as bodies.
    const refused = dev ? null : refusal(request)
    if (refused) refuse(request, response, refused)
    else inTurn(request.url.split('?')[0], () => handle(request, response))
  })
  // Nothing here speaks another protocol; only the development server does.
  if (!dev)
    server.on('upgrade', (_request, socket) => socket.end(NO_UPGRADE, () => socket.destroy()))
  return server
}

const NO_UPGRADE = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'

/** Options of http.createServer under which silent sockets are looked for often enough. */
export const SERVER_OPTIONS = { connectionsCheckingInterval: CHECK_MS }
