import type { HeadInfo, JsonObject, JsonValue } from '../types'
import { own } from './column-path'
import { labelOf } from './row-marks'

/** Names of the instruction, the surest first. */
const INSTRUCTION_NAMES = ['instruction', 'prompt', 'query', 'question', 'problem', 'user', 'human']
/** Names of the response, the surest first. */
const RESPONSE_NAMES = [
  'output',
  'response',
  'answer',
  'completion',
  'generation',
  'reply',
  'solution',
  'assistant',
]
/** What else may be the instruction, but only when the user says so. */
const PERHAPS_INSTRUCTION =
  /^(input|inputs|text|request|task|command|goal|user_?\w*|\w+_(instruction|prompt|query|question))$/
/** What else may be the response, but only when the user says so. */
const PERHAPS_RESPONSE =
  /(^|_)(outputs?|responses?|answers?|completions?|generations?|repl(y|ies)|solutions?|targets?|assistant|(chat)?gpt\w*|chosen|gold|reference|ground_truth|instances|result|generated)(_|$)/
/** Columns that tell about the row and are no text of it. */
const ABOUT_ROW =
  /(^|_)(id|ids|uuid|uid|idx|index|key|hash|sha256|md5|model|models|model_name|engine|generator|source|sources|dataset|datasets|subset|split|category|categories|type|types|kind|label|labels|tag|tags|topic|topics|subject|domain|skill|skills|task|task_name|level|difficulty|lang|language|locale|date|time|timestamp|created|created_at|updated_at|url|link|path|file|filename|file_name|license|licence|author|user_id|name|title|status|stage|round|version|method|operator|strategy|evolution|finish_reason|stop_reason|fingerprint|metadata|meta|persona)$/

/** Returns a name in lower case with single underscores: stdAnswer, "std answer" and STD-ANSWER are one. */
export function plainName(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
}

/** Returns whether a column may be the response by its name. */
export function mayBeResponse(key: string): boolean {
  return PERHAPS_RESPONSE.test(plainName(key))
}

/** Returns whether a column may be the instruction by its name. */
export function mayBeInstruction(key: string): boolean {
  return PERHAPS_INSTRUCTION.test(plainName(key))
}

/** Returns whether a column tells about the row by its name, so that its texts are labels. */
export function tellsAboutRow(key: string): boolean {
  return ABOUT_ROW.test(plainName(key))
}

/** Returns the share of rows in which a value is a text that is not empty. */
export function textShare(values: readonly (JsonValue | undefined)[]): number {
  if (values.length === 0) return 0
  return values.filter((value) => typeof value === 'string' && value !== '').length / values.length
}

/** Returns the first column of the names that is there; one that holds other than texts counts only if no text column is there. */
function named(
  keys: readonly string[],
  rows: readonly JsonObject[],
  names: readonly string[],
): string | null {
  const found = names.flatMap((name) => keys.filter((key) => plainName(key) === name))
  const isText = (key: string) => rows.some((row) => typeof own(row, key) === 'string')
  return found.find(isText) ?? found[0] ?? null
}

/** Returns the column that is the instruction by its name, null when none is. */
export function instructionColumn(
  keys: readonly string[],
  rows: readonly JsonObject[],
): string | null {
  return named(keys, rows, INSTRUCTION_NAMES)
}

/** Returns the column that is the response by its name, null when none is. */
export function responseColumn(
  keys: readonly string[],
  rows: readonly JsonObject[],
): string | null {
  const text = named(keys, rows, RESPONSE_NAMES)
  // A list or an object is asked about, with the place of its text.
  const isText = rows.some((row) => {
    const value = text === null ? undefined : own(row, text)
    return value !== undefined && (value === null || typeof value !== 'object')
  })
  return isText ? text : null
}

/** Returns the column that says whether a response is good: `kto_tag`, or `label` where it is true or false; null when there is none. */
export function labelColumn(head: HeadInfo): string | null {
  for (const key of ['kto_tag', 'label']) {
    const values = head.objects.map((row) => own(row, key)).filter((value) => value !== undefined)
    const isBinary = values.length > 0 && values.every((value) => labelOf(value) !== null)
    // 0 and 1 are classes in most files that say `label`.
    const isNumber = values.some((value) => typeof value === 'number')
    if (isBinary && (key === 'kto_tag' || !isNumber)) return key
  }
  return null
}
