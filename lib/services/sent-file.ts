import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'

/** The headers Range and If-Range of a request, by which a broken download goes on. */
export interface AskedStretch {
  range: string | null
  /** ETag under which the beginning was sent. */
  ifRange: string | null
}

/** A stretch of a file that is ready to be sent. */
export interface SentFile {
  fileName: string
  contentType: string
  etag: string
  /** As HTTP counts: 200 the whole, 206 the stretch that was asked for, 416 one beyond the end. */
  status: 200 | 206 | 416
  /** Header `Content-Range`; null for the whole. */
  contentRange: string | null
  length: number
  body: ReadableStream<Uint8Array> | null
}

/** Returns the first and last byte that a header `Range` asks for, null for the whole, or `beyond` where there are none. */
function stretchOf(range: string | null, size: number): [number, number] | null | 'beyond' {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? []
  // Anything else, such as several stretches, may be answered with the whole file.
  if (first === undefined || last === undefined || (first === '' && last === '')) return null
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const to = first === '' || last === '' ? size - 1 : Math.min(size - 1, Number(last))
  return from > to ? 'beyond' : [from, to]
}

/** Returns a file that is sent whole, or the stretch of it that was asked for. */
export function sentFile(
  file: string,
  size: number,
  named: Pick<SentFile, 'fileName' | 'contentType' | 'etag'>,
  { range, ifRange }: AskedStretch,
): SentFile {
  const asked = ifRange === null || ifRange === named.etag ? stretchOf(range, size) : null
  if (asked === 'beyond')
    return { ...named, status: 416, contentRange: `bytes */${size}`, length: 0, body: null }
  const [from, to] = asked ?? [0, size - 1]
  const stream = createReadStream(/*turbopackIgnore: true*/ file, { start: from, end: to })
  return {
    ...named,
    status: asked ? 206 : 200,
    contentRange: asked ? `bytes ${from}-${to}/${size}` : null,
    length: to - from + 1,
    body: Readable.toWeb(stream) as ReadableStream<Uint8Array>,
  }
}
