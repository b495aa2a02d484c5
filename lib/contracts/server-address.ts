// Routes of inference servers that people paste together with the address, below a prefix that belongs to it.
const ROUTES = new RegExp(
  `/(?:${[
    'v1(?:/(?:chat/completions|completions|embeddings|models(?:/[^/]+)?|responses|messages|rerank|score|audio/\\w+))?',
    'api/(?:chat|generate|embed|embeddings|tags|version|ps|show)',
    'chat/completions|completions?|chat|generate(?:_stream)?|infill|invocations|responses',
    'embeddings?|embed(?:_all|_sparse)?|pooling|score|classify|rerank|predict',
    'health(?:_generate)?|ping|ready|live|load|version|info|metrics|props|slots|models',
    'get_model_info|get_server_info|model_info|server_info|lora-adapters|apply-template|templates',
    'tokenize|detokenize|docs|redoc|openapi\\.json',
  ].join('|')})$`,
)

/** Returns whether a host stands for all addresses of a machine: a server listens there, and nobody reaches it there. */
export function listensEverywhere(hostname: string): boolean {
  return /^(0\.0\.0\.0|\[::\])$/.test(hostname)
}

/** Returns the address without the route that it was copied with; null when it is no http address. */
export function addressWithoutRoute(raw: string): string | null {
  const trimmed = raw.trim()
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return null
  }
  const bare = url.pathname.replace(/\/+$/, '')
  const path = bare.replace(ROUTES, '')
  if (path !== bare) {
    // What follows a route is the route's: a fragment of /docs, a query of /v1/models.
    url.hash = ''
    url.search = ''
  }
  url.pathname = path
  return url.href.replace(/\/$/, '')
}
