import { statusCode } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { packRow } from '@/lib/formats/stored-row'
import type { CanonicalRow, ColumnMapping } from '@/lib/formats/types'
import { flattenResponse, flattenRow, type Cell } from '../cells/flat'

/** Key orders in one file; more means that keys are data, and every reader of the cell would carry them. */
const MAX_KEY_SETS = 4_096

/** Characters of all of them together. */
const MAX_KEY_CHARS = 4_000_000
/** Rows that the report names because parts of them hold no text; the flags count all. */
const MAX_REMARKS = 5

const OK = statusCode('ok')
const NO_RESPONSE = statusCode('no_response')

/** Turns rows of a file into stored rows, and counts what the report tells. */
export class RowCollector {
  readonly keySets: string[][] = []
  readonly flags: Record<string, number> = {}
  #keyChars = 0
  readonly #remarks: string[] = []
  #remarked = 0
  #numbers = new Map<string, number>()
  #last: readonly string[] | null = null
  #lastNumber = 0
  readonly #slotIsIndex: boolean
  readonly #mapping: ColumnMapping

  /** With `slotIsIndex` a row's slot is its position until an alignment says otherwise. */
  constructor(mapping: ColumnMapping, slotIsIndex: boolean) {
    this.#mapping = mapping
    this.#slotIsIndex = slotIsIndex
  }

  #keySet(keys: readonly string[]): number {
    if (keys === this.#last) return this.#lastNumber
    const name = JSON.stringify(keys)
    let number = this.#numbers.get(name)
    if (number === undefined) {
      this.#keyChars += name.length
      if (this.keySets.length >= MAX_KEY_SETS || this.#keyChars > MAX_KEY_CHARS) {
        throw new AppError(
          'data_error',
          `The rows have more than ${MAX_KEY_SETS} different orders of keys, or very long ones. Write all rows with the same keys.`,
        )
      }
      number = this.keySets.push([...keys]) - 1
      this.#numbers.set(name, number)
    }
    this.#last = keys
    this.#lastNumber = number
    return number
  }

  #remark(index: number, remarks: readonly string[]): void {
    this.#remarked++
    if (this.#remarks.length < MAX_REMARKS)
      this.#remarks.push(`Row ${index + 1}: ${remarks.slice(0, MAX_REMARKS).join('; ')}.`)
  }

  /** What was not read as text, row by row for the first rows. */
  get notes(): string[] {
    const more = this.#remarked - this.#remarks.length
    return more > 0
      ? [...this.#remarks, `${more} more rows have parts that hold no text.`]
      : [...this.#remarks]
  }

  /** Appends the stored form of one row and of its response to flat batches, and counts its flags. */
  add(row: CanonicalRow, rows: Cell[], responses: Cell[]): void {
    for (const flag of row.flags) this.flags[flag] = (this.flags[flag] ?? 0) + 1
    if (row.remarks) this.#remark(row.index, row.remarks)
    const hasResponse = row.output !== null && row.output !== ''
    const stored = packRow(row, this.#mapping)
    const slot = this.#slotIsIndex ? row.index : null
    flattenRow({ idx: row.index, slot, ...stored, keySet: this.#keySet(row.keys) }, rows)
    const status = hasResponse ? OK : NO_RESPONSE
    flattenResponse({ idx: row.index, text: row.output, status, finishReason: null }, responses)
  }
}
