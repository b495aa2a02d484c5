import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { stubHub } from './model-files'

/** The commit that every branch of the made-up hub means. */
export const HUB_COMMIT = 'a'.repeat(40)

const digest = (kind: 'sha1' | 'sha256', ...parts: (string | Buffer)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash(kind)).digest('hex')

function listed(path: string, content: Buffer, isLarge: boolean) {
  const oid = digest('sha1', `blob ${content.length}\0`, content)
  if (!isLarge) return { type: 'file', path, oid, size: content.length }
  const lfs = { oid: digest('sha256', content), size: content.length, pointerSize: 133 }
  return { type: 'file', path, oid, size: content.length, lfs }
}

/** A made-up hub with one data set, `lab/evol`, and the storage beside it to which large files are redirected. */
export interface HubServer {
  url: string
  hub: IncomingMessage[]
  storage: IncomingMessage[]
  /** Answers a path otherwise, once or always; returns true when it did. */
  rule: ((request: IncomingMessage, response: ServerResponse) => boolean) | null
  close(): Promise<void>
}

/** Returns a server that answers as the hub documents: information, list of files in pages of two, files with redirects of large ones. */
export async function hubServer(files: Record<string, string | Buffer>): Promise<HubServer> {
  const content = new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]))
  const isLarge = (name: string) => name.endsWith('.parquet')
  const send = (request: IncomingMessage, response: ServerResponse, bytes: Buffer) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': bytes.length - from,
      ...(from > 0 ? range : {}),
    })
    response.end(bytes.subarray(from))
  }
  const nameIn = (url: string) => decodeURIComponent(url.split(`${HUB_COMMIT}/`)[1] ?? '')
  const storage = await stubHub((request, response) => {
    if (server.rule?.(request, response)) return
    send(request, response, content.get(nameIn(request.url ?? '')) as Buffer)
  })
  const hub = await stubHub((request, response) => {
    if (server.rule?.(request, response)) return
    const url = new URL(request.url ?? '', 'http://hub')
    const json = (value: unknown, headers = {}) =>
      response
        .writeHead(200, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(value))
    if (url.pathname === '/api/datasets/lab/evol/revision/main')
      return json({ id: 'lab/evol', sha: HUB_COMMIT })
    if (url.pathname === `/api/datasets/lab/evol/revision/${HUB_COMMIT}`)
      return json({ sha: HUB_COMMIT })
    if (url.pathname === `/api/datasets/lab/evol/tree/${HUB_COMMIT}`) {
      const all = [...content].map(([name, bytes]) => listed(name, bytes, isLarge(name)))
      const at = Number(url.searchParams.get('cursor') ?? 0)
      url.searchParams.set('cursor', `${at + 2}`)
      const next = `<http://elsewhere.test${url.pathname}${url.search}>; rel="next"`
      return json(all.slice(at, at + 2), at + 2 < all.length ? { link: next } : {})
    }
    const name = nameIn(url.pathname)
    const bytes = url.pathname.startsWith('/datasets/lab/evol/resolve/')
      ? content.get(name)
      : undefined
    if (!bytes) return response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end()
    if (!isLarge(name)) return send(request, response, bytes)
    return response.writeHead(302, { location: `${storage.url}/${HUB_COMMIT}/${name}` }).end()
  })
  const server: HubServer = {
    url: hub.url,
    hub: hub.requests,
    storage: storage.requests,
    rule: null,
    close: async () => {
      await hub.close()
      await storage.close()
    },
  }
  return server
}

/** Returns the files of a data set as hubs hold them: a card, a split in two pieces, a split in one file, and what is no data. */
export async function hubFiles(parquet: (text: string) => Promise<Buffer>) {
  const rows = (from: number) =>
    JSON.stringify([0, 1].map((k) => ({ instruction: `Say ${from + k}`, output: `${from + k}` })))
  return {
    '.gitattributes': '*.parquet filter=lfs\n',
    'README.md':
      '---\nconfigs:\n- config_name: default\n  data_files:\n  - {split: train, path: "data/train-*"}\n  - {split: test, path: "data/test-*"}\n- config_name: seeds\n  data_files: seeds.jsonl\n---\n',
    'data/train-00001-of-00002.parquet': await parquet(rows(2)),
    'data/train-00000-of-00002.parquet': await parquet(rows(0)),
    'seeds.jsonl': '{"instruction":"Say","output":"x"}\n',
    'script.py': 'print(1)\n',
  }
}
