import { writerOf } from '@/lib/formats/writers'
import type { ExportRow } from '@/lib/formats/writers/export-row'
import type { PreparedExport } from '@/lib/formats/writers/types'

/** Returns the preparation of rows for a format; they are handed over in two batches. */
export function prepared(
  format: string,
  rows: readonly ExportRow[],
  options: Record<string, unknown> = {},
): Promise<PreparedExport> {
  return writerOf(format).prepare({
    name: 'set',
    options,
    rows: rows.length,
    open: () => [rows.slice(0, 1), rows.slice(1)],
    isChat: false,
    recipe: {},
  })
}

/** Returns rows as the bytes of a format. */
export async function written(...args: Parameters<typeof prepared>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of (await prepared(...args)).write()) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

/** Returns rows as the text of a format. */
export async function writtenText(...args: Parameters<typeof prepared>): Promise<string> {
  return (await written(...args)).toString('utf8')
}
