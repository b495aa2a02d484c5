import { inspectSource } from '@/lib/formats/read'
import { bytesSource } from './made'
import { canonicalRows } from './collect'
import { written } from './written'

/** Returns the rows of a JSON text as a Parquet file. */
export async function parquetOf(text: string): Promise<Buffer> {
  const { detection } = await inspectSource(bytesSource('x.json', text))
  const rows = await canonicalRows(text)
  return written(
    'parquet',
    rows.map((row) => ({ row, mapping: detection.mapping })),
  )
}
