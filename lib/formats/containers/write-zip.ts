import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'

type Chunks = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>

/** One file of an archive; its content is asked for when its turn comes. */
export interface ZipEntry {
  name: string
  chunks(): Chunks
}

/** Returns an entry whose SHA-256 stands in `sums` once it was written, for entries that follow it. */
export function summedEntry(
  name: string,
  pieces: () => AsyncIterable<string | Uint8Array>,
  sums: Record<string, string>,
): ZipEntry {
  return {
    name,
    async *chunks() {
      const hash = createHash('sha256')
      for await (const piece of pieces()) {
        hash.update(piece)
        yield piece
      }
      sums[name] = hash.digest('hex')
    },
  }
}

/** The same rows give the same bytes: an archive holds no date but this one, the first that zip knows, and no owner. */
const ENTRY = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644 }

/** Yields a zip archive, file by file, compressed off the main thread; sizes over 4 GiB are written as zip64. */
export async function* zipStream(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile()
  const out = zip.outputStream as Readable
  let open: Readable | null = null
  for (const { name, chunks } of entries) {
    zip.addReadStreamLazy(name, ENTRY, (give) => {
      open = Readable.from(encoded(chunks()), { objectMode: false })
      open.on('error', (error) => out.destroy(error))
      give(null, open)
    })
  }
  zip.end()
  try {
    yield* out as AsyncIterable<Uint8Array>
  } finally {
    // A pipe does not close its source when the receiver goes away.
    ;(open as Readable | null)?.destroy()
  }
}

async function* encoded(chunks: Chunks) {
  for await (const chunk of chunks) yield Buffer.from(chunk)
}
