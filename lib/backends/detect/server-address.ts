import { addressWithoutRoute, listensEverywhere } from '@/lib/contracts/server-address'
import { AppError } from '@/lib/errors'

/**
 * Returns the address without the route that it was copied with: what dialects append their paths to. Throws
 * `invalid_input` for what is no address, and for one that a server listens on and nobody can connect to.
 */
export function serverAddress(raw: string): string {
  const address = addressWithoutRoute(raw)
  if (address === null) {
    throw new AppError(
      'invalid_input',
      'The address is not a URL. Write it like http://127.0.0.1:8000.',
    )
  }
  const url = new URL(address)
  if (listensEverywhere(url.hostname)) {
    const local = url.hostname === '0.0.0.0' ? '127.0.0.1' : '[::1]'
    throw new AppError(
      'invalid_input',
      `${url.hostname} is where a server listens on all its addresses, not where it is reached. On this machine use ${url.protocol}//${local}${url.port ? `:${url.port}` : ''}.`,
    )
  }
  return address
}
