import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { answerByRoutes } from '@/lib/cli/routes'

/** Starts a server whose answers are those of the routes of app/api, for clients that are programs of their own. */
export async function routeServer(): Promise<{ url: string; port: number; close(): void }> {
  const server = http.createServer((incoming, outgoing) => {
    const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as [string, string]] : [],
    )
    const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD'
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: incoming.method ?? 'GET',
      headers,
      ...(hasBody
        ? { body: Readable.toWeb(incoming) as unknown as BodyInit, duplex: 'half' as const }
        : {}),
    })
    void answerByRoutes(request).then((answer) => {
      outgoing.writeHead(answer.status, Object.fromEntries(answer.headers))
      if (answer.body === null) outgoing.end()
      else Readable.fromWeb(answer.body as ReadableStream).pipe(outgoing)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
