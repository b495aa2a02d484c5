import type { PairChoice } from '@/lib/contracts/export'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { isObject, own } from '@/lib/formats/shared/column-path'
import type { ColumnMapping, JsonObject, JsonValue } from '@/lib/formats/types'
import type { Field, SaidRow } from './split'

const SIDES = ['chosen', 'rejected'] as const
type Side = (typeof SIDES)[number]

/** Texts of a side's own row, which stand in the sidecar where the pair is of evolved instructions. */
const TEXTS = ['instruction', 'input', 'response']

function field(key: string, value: JsonValue): Field {
  return { key, value, pointer: '', literals: null }
}

/** What the sidecar says of one side, as it would of the row alone. */
function saidOfSide(said: JsonObject, side: Side): JsonObject {
  const own = Object.entries(said).flatMap(([key, value]): [string, JsonValue][] => {
    const other = SIDES.find((one) => key.startsWith(`${one}_`))
    if (other === undefined) return [[key, value]]
    return other === side ? [[key.slice(side.length + 1), value]] : []
  })
  return { ...Object.fromEntries(own), pair: side }
}

function answerOf(fields: readonly Field[], side: Side): string {
  const value = fields.find(({ key }) => key === side)?.value
  const text = isObject(value) ? own(value, 'value') : value
  return typeof text === 'string' ? text : ''
}

/** The fields of a row that answered the prompt of its pair. */
function answered(prompt: readonly Field[], messages: string | null, answer: string): Field[] {
  if (messages === null) return [...prompt, field('output', answer)]
  return prompt.map((one) =>
    one.key === messages && Array.isArray(one.value)
      ? { ...one, value: [...one.value, { from: 'gpt', value: answer }] }
      : one,
  )
}

/** The fields of a row that was evolved from the prompt of its pair. */
function evolved(messages: string | null, said: JsonObject, answer: string): Field[] {
  const { instruction = answer, input = null, response = null } = said
  if (messages === null) {
    return [
      field('instruction', instruction),
      ...(input === null ? [] : [field('input', input)]),
      ...(response === null ? [] : [field('output', response)]),
    ]
  }
  const reply = response === null ? [] : [{ from: 'gpt', value: response }]
  return [field(messages, [{ from: 'human', value: answer }, ...reply])]
}

/**
 * Returns the rows that a line of pairs was made of: the chosen and the rejected one, and their seed where it is the prompt and one of them says
 * which row of the study it is.
 */
export function rowsOfPair(
  of: PairChoice['of'],
  { fields, said }: SaidRow,
  mapping: ColumnMapping,
): SaidRow[] {
  const { messages } = mapping
  const prompt = fields.filter(({ key }) => !SIDES.some((side) => side === key))
  const rows = SIDES.map((side): SaidRow => {
    const answer = answerOf(fields, side)
    const all = saidOfSide(said, side)
    if (of === 'response') return { fields: answered(prompt, messages, answer), said: all }
    const kept = Object.entries(all).filter(([key]) => !TEXTS.includes(key))
    return { fields: evolved(messages, all, answer), said: Object.fromEntries(kept) }
  })
  const child = rows.find(({ said: one }) => one['round'] === 1 && one['parent_id'] != null)
  if (of === 'response' || !child) return rows
  const { study = null, seed_set = null, slot = null, parent_id: row_id = null } = child.said
  const seed = { row_id, study, seed_set, evolver: SEEDS_KEY, round: 0, slot }
  return [...rows, { fields: prompt, said: seed }]
}
