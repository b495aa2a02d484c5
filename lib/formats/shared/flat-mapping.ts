import { emptyMapping } from '../types'
import type { ColumnMapping, HeadInfo } from '../types'
import {
  instructionColumn,
  labelColumn,
  plainName,
  responseColumn,
  textShare,
} from './column-names'
import { valueAt } from './column-path'

// A column that is a text in half of the rows is one; a stray text is not.
const MOST = 0.5
const SUBJECT = '(instruction|prompt|query|question|problem|task)'
/** Columns of the instruction that a row was evolved into. */
const EVOLVED = new RegExp(
  `^(evolved|evol|rewritten)(_${SUBJECT})?$|^(new|augmented|enhanced|final|mutated|complex)_${SUBJECT}$|^${SUBJECT}_(evolved|rewritten)$`,
)
/** Lists of instructions that a row was evolved into, one a round. */
const ROUNDS = new RegExp(`^evolved_${SUBJECT}s$|^evolutions$`)
/** Columns that name the instruction that a row was made from. */
const SEED = new RegExp(
  `^(original|seed|source|parent|base|initial)_${SUBJECT}$|^${SUBJECT}_(original|seed)$`,
)
/** The same in one word, which says so only beside an evolved instruction. */
const SHORT_SEED = /^(original|seed|source|parent|base|initial)$/
/** Responses that say that they answer the evolved instruction. */
const EVOLVED_ANSWER = /^evolved_(output|response|answer|completion)$/
const ID_NAMES = ['id', 'uid', 'uuid', 'row_id', 'idx', 'prompt_id']

/** The columns of an evolved instruction and of what it was made from. */
interface Lineage {
  instruction: string
  parent: string | null
  output: string | null
}

function isText(head: HeadInfo, column: string): boolean {
  return textShare(head.objects.map((row) => valueAt(row, column))) > MOST
}

function textColumn(head: HeadInfo, name: RegExp, not: string | null = null): string | null {
  return (
    head.keys.find((key) => key !== not && name.test(plainName(key)) && isText(head, key)) ?? null
  )
}

/**
 * The response of an evolved instruction, null where it might answer the seed: a plain instruction beside a plain output is a whole row of
 * its own. `answer` is what distilabel writes for the evolved one.
 */
function answerOf(head: HeadInfo, seed: string | null): string | null {
  const own = textColumn(head, EVOLVED_ANSWER)
  if (own !== null) return own
  const found = responseColumn(head.keys, head.objects)
  const isPlainSeed = seed !== null && !SEED.test(plainName(seed)) && !SHORT_SEED.test(seed)
  return !isPlainSeed || (found !== null && plainName(found) === 'answer') ? found : null
}

function lineageOf(head: HeadInfo): Lineage | null {
  const plain = instructionColumn(head.keys, head.objects)
  const rounds = roundsColumn(head)
  const evolved = textColumn(head, EVOLVED) ?? (rounds === null ? null : `${rounds}[0]`)
  if (evolved !== null) {
    const named = textColumn(head, SEED) ?? textColumn(head, SHORT_SEED)
    const parent = named ?? (plain !== evolved ? plain : null)
    return { instruction: evolved, parent, output: answerOf(head, parent) }
  }
  const seed = textColumn(head, SEED, plain)
  if (seed === null || plain === null) return null
  return { instruction: plain, parent: seed, output: responseColumn(head.keys, head.objects) }
}

/** Returns whether a column is by its name a response that was evolved. */
export function isEvolvedAnswer(column: string): boolean {
  return EVOLVED_ANSWER.test(plainName(column))
}

/** Returns the column that lists the instructions of several rounds in one row, null when there is none. */
export function roundsColumn(head: HeadInfo): string | null {
  const isList = (key: string) => isText(head, `${key}[0]`)
  return head.keys.find((key) => ROUNDS.test(plainName(key)) && isList(key)) ?? null
}

/** Returns a column that may hold what the rows were made from, though its name alone does not say so; null when there is none. */
export function perhapsParent(head: HeadInfo, mapping: ColumnMapping): string | null {
  if (mapping.parent) return null
  const used = new Set<unknown>(Object.values(mapping))
  const found = textColumn(head, SHORT_SEED)
  const hasWords = (column: string) =>
    head.objects.some((row) => /\s/.test(String(valueAt(row, column) ?? '')))
  return found !== null && !used.has(found) && hasWords(found) ? found : null
}

/** Returns the suggested mapping of rows with one column a field. Where a row holds a seed and what it evolved into, the evolved one is the row. */
export function flatMapping(head: HeadInfo): ColumnMapping {
  const find = (...names: string[]) =>
    names
      .map((name) => head.keys.find((key) => plainName(key) === name))
      .find((key) => key !== undefined) ?? null
  const lineage = lineageOf(head)
  const instruction = lineage?.instruction ?? instructionColumn(head.keys, head.objects)
  const output = lineage ? lineage.output : responseColumn(head.keys, head.objects)
  return {
    ...emptyMapping(),
    instruction,
    // An input without an instruction may be all the instruction there is.
    input: instruction === null ? null : find('input', 'context'),
    output,
    system: find('system', 'system_prompt'),
    tools: find('tools'),
    id: find(...ID_NAMES),
    parent: lineage?.parent ?? null,
    label: labelColumn(head),
  }
}
