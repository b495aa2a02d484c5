import type { Db } from '@/db/client'
import type { ColumnKind, CodedValue } from '@/lib/contracts/column-kinds'
import { columnKindOf, type ImportedColumn } from '@/lib/contracts/imported-values'
import { carriesValue, statusCode, type StatusName } from '@/lib/contracts/status'
import { pointerStep } from '@/lib/formats/containers/json-exact'
import { isObject, own, valueAt } from '@/lib/formats/shared/column-path'
import type { JsonValue } from '@/lib/formats/types'
import { columnMetric } from '@/lib/metrics'
import { KINDS, readKind } from '@/lib/metrics/imported/kinds'
import { LINEAGE_KEY } from '../alignments/recorded'
import { ValueNumbers } from '../columns/add-values'
import { statusNamed } from './bundle/kind'
import type { RestoredColumn } from './bundle/restored'
import type { ImportedColumns, ReadExtra, ValueReader } from './values'

// Enough of a value to find it in the file.
const SHOWN_CHARACTERS = 40

/** Values that were not read, for the report: how many, and the first. */
interface Refused {
  rows: number
  first: string
}

const REMEDY = {
  words: 'Import it as text.',
  values: "Import the file without this column; its values stay in the rows' own fields.",
}
const REASONS: Partial<Record<StatusName, (kind: ColumnKind) => string>> = {
  not_of_kind: (kind) => `not ${KINDS[kind].wants}`,
  value_too_long: (kind) => `too long for ${kind}`,
  nonfinite: () => 'not finite',
}

function shownValue(raw: unknown): string {
  const text = JSON.stringify(raw) ?? ''
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}

/** Reads one column that the user chose; values that do not fit its kind stay in the rows' own fields, and the report names the first. */
class ChosenColumn implements ValueReader {
  readonly #column: ImportedColumn
  readonly #kind: ColumnKind
  readonly #restored: RestoredColumn | null
  readonly #indices: number[] = []
  readonly #values: number[] = []
  readonly #status: number[] = []
  /** Distinct values as JSON, with the number of each in this file. */
  readonly #distinct = new Map<string, number>()
  readonly #refused = new Map<StatusName, Refused>()

  constructor(column: ImportedColumn, kind: ColumnKind, restored: RestoredColumn | null) {
    this.#column = column
    this.#kind = kind
    this.#restored = restored
  }

  /** The value of a row, and the status that an export wrote beside it. */
  #rawOf(extra: ReadExtra['extra']): { raw: JsonValue | undefined; said: StatusName | null } {
    if (extra === null) return { raw: undefined, said: null }
    if (!this.#restored) return { raw: valueAt(extra, this.#column.column), said: null }
    const { key } = this.#restored
    const row = own(extra, LINEAGE_KEY)
    if (!isObject(row)) return { raw: undefined, said: null }
    return { raw: own(row, key), said: statusNamed(own(row, `${key}_status`)) }
  }

  #numberOf(value: CodedValue): number {
    const text = JSON.stringify(value)
    const known = this.#distinct.get(text)
    if (known !== undefined) return known
    this.#distinct.set(text, this.#distinct.size)
    return this.#distinct.size - 1
  }

  add({ idx, extra, literals, flags }: ReadExtra): void {
    const { column, separator } = this.#column
    const { raw, said } = this.#rawOf(extra)
    const read = readKind(this.#kind, { raw, literal: literals[pointerStep(column)], separator })
    this.#indices.push(idx)
    if ('value' in read) {
      const { value } = read
      this.#values.push(typeof value === 'number' ? value : this.#numberOf(value))
      this.#status.push(statusCode(said ?? 'ok'))
      return
    }
    if (said !== null && !carriesValue(statusCode(said))) {
      this.#values.push(Number.NaN)
      this.#status.push(statusCode(said))
      return
    }
    // A stored row keeps only the flag: JSON cannot print the number itself.
    const isNan = raw === null && flags.includes('nonfinite_number')
    const status = isNan && this.#kind === 'number' ? 'nonfinite' : read.status
    this.#values.push(Number.NaN)
    this.#status.push(statusCode(status))
    if (status === 'not_in_file') return
    const refused = this.#refused.get(status)
    if (refused) refused.rows += 1
    else this.#refused.set(status, { rows: 1, first: `row ${idx + 1}: ${shownValue(raw)}` })
  }

  notes(): string[] {
    const name = JSON.stringify(this.#column.column.slice(0, SHOWN_CHARACTERS))
    return [...this.#refused].map(([status, { rows, first }]) => {
      const why = REASONS[status]?.(this.#kind) ?? status
      const count = rows === 1 ? '1 value is' : `${rows.toLocaleString('en-US')} values are`
      return `Column ${name} (${this.#kind}): ${count} ${why}, first in ${first}.`
    })
  }

  async finish(db: Db, studyId: string): Promise<ImportedColumns> {
    const { column } = this.#column
    const { metric, params } = columnMetric(column, this.#kind, this.#restored?.definition)
    const values = Float64Array.from(this.#values)
    if (this.#distinct.size > 0) {
      const { limit } = KINDS[this.#kind]
      const growing = { name: column, metricId: metric.id, limit, remedy: REMEDY }
      const numbers = await new ValueNumbers(db, studyId, growing).add([...this.#distinct.keys()])
      values.forEach((own, i) => {
        if (!Number.isNaN(own)) values[i] = numbers[own] as number
      })
    }
    const status = Uint8Array.from(this.#status)
    return {
      metric,
      params,
      keys: [column],
      indices: Int32Array.from(this.#indices),
      columns: Object.fromEntries(metric.outputs.map(({ key }) => [key, { values, status }])),
      rowStatus: status,
      ...(this.#restored ? { card: this.#restored.card } : {}),
    }
  }
}

/** Returns the readers of the columns that the user chose by kind, and of those that an export carried. */
export function chosenReaders(
  columns: readonly ImportedColumn[],
  restored: readonly RestoredColumn[],
): ValueReader[] {
  const chosen = columns.flatMap((column) => {
    const kind = columnKindOf(column)
    return kind === null ? [] : [new ChosenColumn(column, kind, null)]
  })
  return [...chosen, ...restored.map((one) => new ChosenColumn(one, one.kind, one))]
}
