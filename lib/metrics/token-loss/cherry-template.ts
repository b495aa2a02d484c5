import { z } from 'zod'
import type { Prompt } from '@/lib/prompts/prompt'
import { definePrompt, renderPrompt, withText } from '@/lib/prompts/prompt'
import { whole } from '../params'
import type { MetricRow, PromptUse } from '../types'
import { promptUse } from '../judging/ask'
import type { CutTexts } from './cut-rows'
import { instructionText } from './passes'

// Longest template that may be pasted; the published ones have a few hundred characters.
const MOST_CHARACTERS = 4_000
// The length of the analysis step; its selection step read up to 1,024.
const ANALYSIS_TOKENS = 512

const SHARED = {
  version: '1',
  contract: 'The response follows the header at once, without a line break.',
  // Nothing is generated: the text is scored.
  sampling: { temperature: 0, topP: 1, maxTokens: 0 },
}

const PLAIN = definePrompt({
  ...SHARED,
  id: 'cherry-plain',
  purpose: 'Puts an instruction without input in front of its response.',
  placeholders: ['instruction'],
  template:
    'Here is a task. Give the answer that completes it.\n\n### Instruction:\n{instruction}\n\n### Response:',
})

const WITH_INPUT = definePrompt({
  ...SHARED,
  id: 'cherry-with-input',
  purpose: 'Puts an instruction with its input in front of its response.',
  placeholders: ['instruction', 'input'],
  template:
    'Here is a task and the material that belongs to it. Give the answer that completes the task.\n\n### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:',
})

const WIZ = definePrompt({
  ...SHARED,
  id: 'cherry-wiz',
  purpose: 'Puts instruction and input, with no words of its own, in front of the response.',
  placeholders: ['x'],
  template: '{x}\n\n### Response:',
})

const text = (what: string) =>
  z
    .string()
    .max(MOST_CHARACTERS)
    .nullable()
    .default(null)
    .describe(
      `${what} Paste the original to compare with published values; empty takes this product’s wording.`,
    )

/** Parameters of the cherry mode. */
export const cherryParams = z
  .object({
    template: z
      .enum(['alpaca', 'wiz'])
      .default('alpaca')
      .describe(
        'alpaca: sections under headings; wiz: the bare instruction and the header of the response.',
      ),
    maxTokens: whole(
      { min: 32, max: 32_768, preset: ANALYSIS_TOKENS },
      'Tokens after which the text is cut: 512 in the published analysis, 1024 in its selection.',
    ),
    plainText: text('Template of rows without input, with {instruction}.'),
    inputText: text('Template of rows with input, with {instruction} and {input}.'),
  })
  .superRefine((value, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    try {
      const [plain, withInput] = templates(value)
      if (headerOf(plain) === '') refuse('plainText', 'The template ends with the response header.')
      else if (headerOf(plain) !== headerOf(withInput))
        refuse('inputText', 'Both templates end with the same response header.')
    } catch (error) {
      refuse('plainText', error instanceof Error ? error.message : String(error))
    }
  })

/** Settings of one cherry run. */
export type CherryParams = z.output<typeof cherryParams>

type Texts = Pick<CherryParams, 'template' | 'plainText' | 'inputText'>

/** Returns the templates of rows without and with input. Throws `invalid_input` when a text lacks a placeholder. */
function templates({ template, plainText, inputText }: Texts): [Prompt, Prompt] {
  if (template === 'wiz') return [WIZ, WIZ]
  return [withText(PLAIN, plainText), withText(WITH_INPUT, inputText)]
}

function headerOf({ template, placeholders }: Prompt): string {
  const last = template.slice(template.lastIndexOf('\n') + 1)
  return placeholders.some((name) => last.includes(`{${name}}`)) ? '' : last
}

/** Returns the prompts of a run, whose hashes are part of its definition. */
export function cherryPrompts(params: CherryParams): PromptUse[] {
  const used = new Map(templates(params).map((prompt) => [prompt.id, prompt]))
  return [...used.values()].map(promptUse)
}

/** Returns the texts of a row. `wiz` counts the instruction alone in its truncation rules, as its script does. */
export function cherryTexts(row: MetricRow, params: CherryParams): CutTexts {
  const [plain, withInput] = templates(params)
  const { instruction, input } = row
  const hasInput = input !== null && input !== ''
  const values = { instruction, input: input ?? '', x: instructionText(row) }
  const before = renderPrompt(hasInput ? withInput : plain, values)
  return {
    before,
    header: headerOf(plain),
    counted: params.template === 'wiz' ? instruction : before,
    y: row.response ?? '',
  }
}
