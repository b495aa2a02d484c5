import { ExactParser } from '../containers/json-exact'
import { ExactError } from '../containers/json-string'
import { isObject, own } from '../shared/column-path'
import type { JsonValue } from '../types'
import { countPlaceholders, MEDIA } from './carried'
import type { Media } from './carried'

/** The template that LLaMA-Factory falls back to: text only, tools in its own plain format. */
export const PLAIN_TEMPLATE = 'default'

/** One message as the converter hands it to the chat template. */
export interface FactoryTurn {
  role: string
  content: string
}

/** A converted row as the template sees it. */
export interface TemplateInput {
  /** The prompt's turns. */
  turns: readonly FactoryTurn[]
  /** Each is appended to the prompt by itself. */
  responses: readonly FactoryTurn[]
  tools: string
  media: Media
}

/**
 * Returns why LLaMA-Factory's chat template stops at a row, or null. `template` is its name: the plain one takes no
 * media and needs whole tool descriptions. `strict` also compares placeholders where a row has no media, as the
 * template of a multimodal model does.
 */
export function templateProblem(
  { turns, responses, tools, media }: TemplateInput,
  template: string,
  strict: boolean,
): string | null {
  const problem = toolsProblem(tools, template)
  if (problem !== null) return problem
  for (const { role, content } of [...turns, ...responses]) {
    const broken = role === 'function' ? callProblem(content) : null
    if (broken !== null) return broken
  }
  const hasMedia = MEDIA.some((kind) => media[kind].length > 0)
  if (hasMedia && template === PLAIN_TEMPLATE) return 'media_text_template'
  if (!hasMedia && !strict) return null
  const chats = responses.length === 0 ? [turns] : responses.map((answer) => [...turns, answer])
  const fits = chats.every((chat) => {
    const texts = chat.map(({ content }) => content)
    return MEDIA.every((kind) => countPlaceholders(texts, kind) === media[kind].length)
  })
  return fits ? null : 'media_mismatch'
}

/** Returns why the template stops at a text of tools, or null. An empty text means no tools. */
export function toolsProblem(text: string, template: string): string | null {
  if (text === '') return null
  if (text.trim() === '') return 'tools_blank'
  const tools = pythonJson(text)
  if (tools === undefined) return 'tools_not_json'
  // Python's len() decides: an empty object or text counts as no tools.
  if (tools === '' || (isObject(tools) && Object.keys(tools).length === 0)) return null
  if (!Array.isArray(tools) || !tools.every(isObject)) return 'tools_not_a_list'
  return template === PLAIN_TEMPLATE && !tools.every(isWholeTool) ? 'tools_incomplete' : null
}

/** Returns whether a text of tools lacks what the plain tool format needs; some templates do not need it. */
export function hasIncompleteTool(text: string): boolean {
  return toolsProblem(text, PLAIN_TEMPLATE) === 'tools_incomplete'
}

function isWholeTool(value: JsonValue): boolean {
  if (!isObject(value)) return false
  const tool = own(value, 'type') === 'function' ? own(value, 'function') : value
  if (!isObject(tool) || own(tool, 'name') === undefined) return false
  const parameters = own(tool, 'parameters')
  const properties = isObject(parameters) ? own(parameters, 'properties') : undefined
  return isObject(properties) && Object.values(properties).every(isWholeParameter)
}

function isWholeParameter(value: JsonValue): boolean {
  if (!isObject(value)) return false
  const [values, items] = [own(value, 'enum'), own(value, 'items')]
  const isEnum =
    !values || (Array.isArray(values) && values.every((one) => typeof one === 'string'))
  return isEnum && (!items || isObject(items))
}

// What the templates take for a thought before a call, and for a call that is wrapped.
const THOUGHT = /<think>\n[^]*?\n<\/think>\n\n/
const WRAPPED_CALL = /<tool_call>([^]*?)<\/tool_call>/

/** Returns why the template stops at a function call, or null: it must be JSON with `name` and `arguments`. */
export function callProblem(content: string): string | null {
  const calls = pythonJson(WRAPPED_CALL.exec(content)?.[1] ?? content.replace(THOUGHT, ''))
  if (calls === undefined) return 'function_call_not_json'
  const isWhole = (call: JsonValue) =>
    isObject(call) && Object.hasOwn(call, 'name') && Object.hasOwn(call, 'arguments')
  return (Array.isArray(calls) ? calls : [calls]).every(isWhole) ? null : 'function_call_incomplete'
}

/** Returns what Python's json reads in a text (NaN and Infinity as null); undefined when it refuses. */
function pythonJson(text: string): JsonValue | undefined {
  try {
    return new ExactParser(text, {
      duplicateKeys: 'last',
      loneSurrogates: 'replace',
      nul: 'keep',
      maxDepth: 900,
    }).parse().value
  } catch (error) {
    if (error instanceof ExactError) return undefined
    throw error
  }
}
