import { RowProblem } from '../types'
import type { CanonicalRow, ColumnMapping, JsonValue, RowFlag, RowSource } from '../types'
import { buildRow, kindOf, quote, textField } from './build-row'
import { own, valueAt } from './column-path'

/**
 * Reads a row with one column per field (Alpaca, mapped tables). A missing input is "" with a flag, a null one stays null; a response that
 * is missing, null or empty is flagged. Returns a RowProblem for a wrong type.
 */
export function readFlatRow(source: RowSource, mapping: ColumnMapping): CanonicalRow | RowProblem {
  const { value } = source
  const instruction = valueAt(value, mapping.instruction)
  if (typeof instruction !== 'string') {
    const key = mapping.instruction
    if (key === null) return new RowProblem('No column is chosen as instruction.', 'a mapping')
    return new RowProblem(`${quote(key)} is ${kindOf(instruction)}.`, 'a string')
  }
  const flags: RowFlag[] = source.flags.length > 0 ? [...source.flags] : []
  let input = textField(value, mapping.input)
  if (input instanceof RowProblem) return input
  if (input === undefined) {
    input = mapping.input === null ? null : ''
    if (mapping.input !== null) flags.push('input_missing')
  }
  const output = textField(value, mapping.output)
  if (output instanceof RowProblem) return output
  if (!output) flags.push('no_response')
  let system: string | null = null
  if (mapping.system !== null) {
    const read = textField(value, mapping.system)
    if (read instanceof RowProblem) return read
    system = read ?? null
  }
  let history: [string, string][] | null = null
  if (mapping.history !== null) {
    const read = readHistory(own(value, mapping.history), mapping.history)
    if (read instanceof RowProblem) return read
    history = read
    if (history && history.length > 0) flags.push('multi_turn')
  }
  const tools = mapping.tools === null ? null : (own(value, mapping.tools) ?? null)
  const fields = {
    instruction,
    input,
    output: output ?? null,
    system,
    history,
    messages: null,
    tools,
  }
  return buildRow(source, mapping, fields, flags)
}

function readHistory(
  value: JsonValue | undefined,
  key: string,
): [string, string][] | null | RowProblem {
  if (value === undefined || value === null) return null
  const isPair = (turn: JsonValue): turn is [string, string] =>
    Array.isArray(turn) && turn.length === 2 && turn.every((text) => typeof text === 'string')
  if (Array.isArray(value) && value.every(isPair)) return value as [string, string][]
  return new RowProblem(
    `${quote(key)} is not a list of pairs.`,
    '[[question, answer], ...] of strings',
  )
}
