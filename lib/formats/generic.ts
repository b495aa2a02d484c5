import { readFlatRow } from './shared/flat-row'
import { defineFormat, emptyMapping } from './types'

const INSTRUCTION_NAMES = ['instruction', 'prompt', 'query', 'question']
const OUTPUT_NAMES = ['output', 'response', 'answer', 'completion']
const ID_NAMES = ['id', 'uid', 'uuid', 'row_id', 'idx']

/** Any other flat objects and tables; the columns are suggested by name and chosen by the user. */
export const generic = defineFormat({
  id: 'generic',
  label: 'Table with chosen columns',
  description:
    'Flat objects or a table; you choose which column is the instruction and which the response.',
  fits: (value) => Object.values(value).some((cell) => typeof cell === 'string'),
  mapping(head) {
    const find = (names: readonly string[]) =>
      names
        .map((name) => head.keys.find((key) => key.toLowerCase() === name))
        .find((key) => key !== undefined) ?? null
    return {
      ...emptyMapping(),
      instruction: find(INSTRUCTION_NAMES),
      input: find(['input', 'context']),
      output: find(OUTPUT_NAMES),
      system: find(['system', 'system_prompt']),
      history: null,
      id: find(ID_NAMES),
    }
  },
  toCanonical: readFlatRow,
})
