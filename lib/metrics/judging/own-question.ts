import { z } from 'zod'
import { RUBRIC_NAME } from '@/lib/contracts/prompts'
import type { StatusName } from '@/lib/contracts/status'
import { CUSTOM_VERSION } from '@/lib/prompts/prompt'
import { fillTemplate, placeholdersIn } from '@/lib/prompts/render'
import type { Rubric } from '@/lib/prompts/rubric'
import type { MetricRow, PromptUse } from '../types'
import { PROMPT_LENGTH, repeatParams, replyParams } from './params'

// Two runs of different questions must not share a column; twelve digits of SHA-256 keep thousands of them apart.
const KEY_DIGITS = 12

/** Returns the parameters of a user's question but its scale; forms offer its stored versions under `kind`. */
export function questionParams(kind: 'rubric' | 'column', preset: Rubric, meaning: string) {
  return {
    promptText: z
      .string()
      .max(PROMPT_LENGTH)
      .default(preset.template)
      .meta({ prompt: kind })
      .describe(meaning),
    name: z.string().max(RUBRIC_NAME).default(preset.name).meta({ hidden: true }),
    ...replyParams,
    ...repeatParams,
  }
}

/** Returns the part of a column's id that stands for a question. */
export function questionKey({ hash }: Rubric): string {
  return hash.slice(0, KEY_DIGITS)
}

/** Returns what metrics that ask a user's question have in common; `preset` is the question that comes with the program. */
export function asksQuestion<P extends { promptText: string }>(
  id: string,
  preset: Rubric,
  questionOf: (params: P) => Rubric,
) {
  return {
    kind: 'measured',
    scope: 'row',
    id,
    version: 1,
    needs: ['chat'],
    inputs: { response: false, parent: false },
    inputsFor: ({ promptText }: P) => {
      const used = placeholdersIn(promptText)
      return { response: used.includes('response'), parent: used.includes('parent') }
    },
    onDemand: true,
    prompts(params: P): PromptUse[] {
      const { hash, template } = questionOf(params)
      const version = hash === preset.hash ? '1' : CUSTOM_VERSION
      return [{ id, version, hash, text: template }]
    },
    // A judge takes a second or so a row: this many in flight fill a server and are done within a commit or two.
    batchRows: 16,
  } as const
}

/** Returns the text of a request about a row, or why the row cannot be asked about. */
export function questionMessage(question: Rubric) {
  const used = new Set(placeholdersIn(question.template))
  return (row: MetricRow): { content: string } | { status: StatusName } => {
    const { instruction, input, response, parent } = row
    if (used.has('instruction') && instruction === '') return { status: 'empty_instruction' }
    if (used.has('response') && (response ?? '') === '') return { status: 'no_response' }
    if (used.has('parent') && parent === null) return { status: 'no_parent' }
    const values = {
      instruction,
      input: input ?? '',
      response: response ?? '',
      parent: parent?.instruction ?? '',
    }
    return { content: fillTemplate(question.template, values) }
  }
}
