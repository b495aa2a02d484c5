import type { ImportedColumn } from '@/lib/contracts/imported-values'
import type { Opening } from '@/lib/contracts/opening'
import type { ColumnMapping } from '@/lib/formats/types'

/** What the user changed before asking for another preview; absent fields are detected. */
export interface PreviewRequest {
  uploadId: string
  /** Path inside a dropped folder; its folders help to tell evolver and seed set. */
  relativePath?: string | undefined
  format?: string | undefined
  mapping?: ColumnMapping | undefined
  opening?: Opening | undefined
  columns?: ImportedColumn[] | undefined
}
