import type { Ask } from './server'

/** Returns how tools reach a running Evolens at an address, with its access token where it has one. */
export function askOver(origin: string, token: string | null): Ask {
  return (method, address, { body, signal }) =>
    fetch(`${origin}${address}`, {
      method,
      signal,
      redirect: 'error',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
}
