import type { SetRecord } from '@/lib/contracts/measure'
import type { ValuesFormatId, ValuesPart } from '@/lib/contracts/values-file'
import type { FormatError } from '../format-error'
import type { HeadInfo, JsonObject } from '../types'

/** One object of a file of values. */
export interface ValueElement {
  value: JsonObject
  /** The number at a JSON pointer as it is written, where the parsed one cannot say it (NaN, Infinity). */
  literal(pointer: string): string | undefined
  /** The error that names file, row and byte. */
  error(problem: string, expected: string): FormatError
}

/** The file whose rows the values belong to. */
export interface RowsOfCell {
  /** Positions, skipped ones included. */
  rowCount: number
  /** Positions that hold a row, ascending. */
  rows: Int32Array
}

/** Values as they are stored with a cell; entry i of each array belongs to `rows[i]`. */
export interface JoinedValues {
  /** Imported metric that shows them. */
  metric: string
  columns: Record<string, { values: Float64Array; status: Uint8Array }>
  rowStatus: Uint8Array
  /** Numbers of the whole cell; null where there are none. */
  record: SetRecord | null
  /** How they were joined to the rows, in a sentence for log and card. */
  how: string
}

/** What of a file belongs to one cell. `join` is called where the counts fit. */
export interface OpenPart extends ValuesPart {
  /** Whether the values are in the order of so many rows. */
  isByOrder(rowCount: number): boolean
  join(cell: RowsOfCell): JoinedValues
}

/** A file of values without rows: recognised by its head, read whole, joined to the rows of a cell. */
export interface ValuesFormat {
  id: ValuesFormatId
  label: string
  matches(head: HeadInfo): boolean
  /** One sentence for the preview. */
  message: string
  /** Takes the objects of the file in their order and then gives its parts. */
  open(): { add(element: ValueElement): void; parts(): OpenPart[] }
}
