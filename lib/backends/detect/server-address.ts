import { AppError } from '@/lib/errors'

// Paths that people paste together with the address.
const ROUTES =
  /\/(?:v1(?:\/(?:chat\/completions|completions|embeddings|models|responses))?|api\/(?:chat|generate|embed|tags)|generate|embed)$/

/** Returns the address without the route that it was copied with: what dialects append their paths to. */
export function serverAddress(raw: string): string {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(raw.trim()) ? raw.trim() : `http://${raw.trim()}`
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new AppError(
      'invalid_input',
      'The address is not a URL. Write it like http://127.0.0.1:8000.',
    )
  }
  url.pathname = url.pathname.replace(/\/+$/, '').replace(ROUTES, '')
  return url.href.replace(/\/$/, '')
}
