import { statusCode } from '@/lib/contracts/status'
import { AppError } from '@/lib/errors'
import { ROW_FLAGS, type CanonicalRow, type Literals, type RowFlag } from '@/lib/formats/types'
import type { NewResponse, NewRow } from './cells-staging'

/** Key orders in one file; more means that keys are data, and every reader of the cell would carry them. */
const MAX_KEY_SETS = 4_096

const OK = statusCode('ok')
const NO_RESPONSE = statusCode('no_response')
const FLAG_BITS = new Map<RowFlag, number>(ROW_FLAGS.map((flag, bit) => [flag, 1 << bit]))

/**
 * Returns the stored form of a row's other keys: an object, or the pair [object, literals] where numbers must be printed
 * as they were written.
 */
export function encodeExtra(extra: unknown, literals: Literals | undefined): string | null {
  if (literals) return JSON.stringify([extra, literals])
  return extra === null ? null : JSON.stringify(extra)
}

/** Returns a row's other keys and its number literals from their stored form. */
export function decodeExtra(stored: string | null): {
  extra: Record<string, unknown> | null
  literals: Record<string, string> | null
} {
  if (stored === null) return { extra: null, literals: null }
  const value = JSON.parse(stored) as unknown
  if (!Array.isArray(value)) return { extra: value as Record<string, unknown>, literals: null }
  const [extra, literals] = value as [Record<string, unknown> | null, Record<string, string>]
  return { extra, literals }
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value)
}

/** Turns rows of a file into stored rows, and counts what the report tells. */
export class RowCollector {
  readonly keySets: string[][] = []
  readonly flags: Record<string, number> = {}
  rows = 0
  responses = 0
  #numbers = new Map<string, number>()
  #last: readonly string[] | null = null
  #lastNumber = 0
  readonly #slotIsIndex: boolean

  /** With `slotIsIndex` a row's slot is its position until an alignment says otherwise. */
  constructor(slotIsIndex: boolean) {
    this.#slotIsIndex = slotIsIndex
  }

  #keySet(keys: readonly string[]): number {
    if (keys === this.#last) return this.#lastNumber
    const name = JSON.stringify(keys)
    let number = this.#numbers.get(name)
    if (number === undefined) {
      if (this.keySets.length >= MAX_KEY_SETS) {
        throw new AppError(
          'data_error',
          `The rows have more than ${MAX_KEY_SETS} different orders of keys. Write all rows with the same keys.`,
        )
      }
      number = this.keySets.push([...keys]) - 1
      this.#numbers.set(name, number)
    }
    this.#last = keys
    this.#lastNumber = number
    return number
  }

  /** Returns the stored form of one row and of its response, and counts them. */
  add(row: CanonicalRow): { row: NewRow; response: NewResponse } {
    let flags = 0
    for (const flag of row.flags) {
      flags |= FLAG_BITS.get(flag) ?? 0
      this.flags[flag] = (this.flags[flag] ?? 0) + 1
    }
    this.rows++
    const hasResponse = row.output !== null && row.output !== ''
    if (hasResponse) this.responses++
    return {
      row: {
        idx: row.index,
        slot: this.#slotIsIndex ? row.index : null,
        externalId: row.externalId,
        instruction: row.instruction,
        input: row.input,
        system: row.system,
        history: json(row.history),
        messages: json(row.messages),
        tools: json(row.tools),
        extra: encodeExtra(row.extra, row.literals),
        keySet: this.#keySet(row.keys),
        flags,
      },
      response: {
        idx: row.index,
        text: row.output,
        status: hasResponse ? OK : NO_RESPONSE,
        finishReason: null,
      },
    }
  }
}
