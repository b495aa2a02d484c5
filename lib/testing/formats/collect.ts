import { openRows } from '@/lib/formats/containers/open-rows'
import { FormatError } from '@/lib/formats/format-error'
import { inspectSource, readRows } from '@/lib/formats/read'
import type {
  CanonicalRow,
  RawRow,
  ReadOptions,
  ReadRow,
  ReadRowsOptions,
  Source,
} from '@/lib/formats/types'
import { bytesSource } from './made'

/** Returns all raw rows of a text or of bytes. */
export async function rawRows(
  content: string | Uint8Array,
  options: ReadOptions & { name?: string; chunkBytes?: number } = {},
): Promise<RawRow[]> {
  const source = bytesSource(options.name ?? 'test.json', content, options.chunkBytes)
  const { batches } = await openRows(source, options)
  const rows: RawRow[] = []
  for await (const batch of batches) rows.push(...batch)
  return rows
}

/** Returns the error that reading throws, or that the first broken row carries. */
export async function errorOf(
  content: string | Uint8Array,
  options: ReadOptions & { name?: string; chunkBytes?: number } = {},
): Promise<FormatError> {
  try {
    const rows = await rawRows(content, options)
    const broken = rows.find((row) => row.error)
    if (broken?.error) return broken.error
  } catch (error) {
    if (error instanceof FormatError) return error
    throw error
  }
  throw new Error('the content was read without an error')
}

/** Inspects and reads a source under its own detection. */
export async function readAll(source: Source, options: ReadRowsOptions = {}): Promise<ReadRow[]> {
  const { detection } = await inspectSource(source, options)
  if (!detection.formatId) throw new Error(detection.issues.map((issue) => issue.message).join(' '))
  const rows: ReadRow[] = []
  const plan = { formatId: detection.formatId, mapping: detection.mapping }
  for await (const batch of readRows(source, plan, options)) rows.push(...batch)
  return rows
}

/** Returns the canonical rows of a text; throws the first error. */
export async function canonicalRows(
  content: string | Uint8Array,
  name = 'test.json',
  options: ReadRowsOptions = {},
): Promise<CanonicalRow[]> {
  const rows = await readAll(bytesSource(name, content), options)
  return rows.map((row) => {
    if (!row.ok) throw row.error
    return row.row
  })
}
