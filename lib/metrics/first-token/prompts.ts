import { z } from 'zod'
import { AppError } from '@/lib/errors'
import { evolvePrompt } from '@/lib/prompts'
import {
  BREADTH_ORDER,
  DEPTH_ORDER,
  isOperator,
  OPERATORS,
  type Operator,
} from '@/lib/prompts/operators'
import { definePrompt, withText, type Prompt } from '@/lib/prompts/prompt'
import { PROMPT_LENGTH, promptTextParam, settledText } from '../judging/params'
import type { MetricRow, RowResult } from '../types'

/** Value of the parameter `operator` that takes each row's own. */
const RECORDED = 'recorded'
/** Operators whose probabilities are averaged, as the rotations of the study have them. */
const AVERAGES = { average4: DEPTH_ORDER, average5: BREADTH_ORDER } as const
const CHOICES = ['average4', 'average5', 'own', ...OPERATORS] as const
type Choice = (typeof CHOICES)[number]

/** Versions of prompts that the chosen files were evolved with: more were never seen in one study. */
const MOST_RECORDED = 200

const textOf = (operator: Operator) => promptTextParam(evolvePrompt(operator).id, '{instruction}')

/** Parameters that say by which prompts each row is asked. */
export const promptParams = {
  operator: z
    .enum([RECORDED, ...CHOICES])
    .default(RECORDED)
    .describe(
      "Operator whose prompt asks: recorded takes the row's own, in the version that it was evolved with; any other asks every row that has a parent: average4 is the mean over the four operators of depth, average5 with breadth, own is your own prompt.",
    ),
  unknown: z
    .enum(['none', ...CHOICES])
    .default('none')
    .describe(
      'What asks rows whose operator is not known, where the operator is recorded; none leaves them out.',
    ),
  promptText: z
    .string()
    .max(PROMPT_LENGTH)
    .default('')
    .meta({ prompt: 'evolve' })
    .describe('Your own prompt for the operator "own", with {instruction} in it.'),
  constraintsText: textOf('constraints'),
  deepenText: textOf('deepen'),
  concretizingText: textOf('concretizing'),
  reasoningText: textOf('reasoning'),
  breadthText: textOf('breadth'),
  autoText: textOf('auto'),
  recordedTexts: z
    .array(z.object({ id: z.string().max(80), text: z.string().max(PROMPT_LENGTH) }))
    .max(MOST_RECORDED)
    .default([])
    .meta({ hidden: true })
    .describe('Versions of prompts that the rows were evolved with; found when a run begins.'),
}

const schema = z.object(promptParams)
type Whole = z.infer<typeof schema>
type Added = 'unknown' | 'promptText' | 'recordedTexts'
/** Definitions lack those that came later where they have their defaults, and so stay what they were. */
type PromptParams = Omit<Whole, Added> & Partial<Pick<Whole, Added>>
type TextParam = `${Operator}Text`

/** Returns the name of the parameter that holds a user's text for an operator's prompt. */
export function textParam(operator: Operator): TextParam {
  return `${operator}Text`
}

function promptOf(operator: Operator, params: PromptParams): Prompt {
  return withText(evolvePrompt(operator), params[textParam(operator)])
}

function ownPrompt({ promptText = '' }: PromptParams): Prompt {
  if (!promptText.includes('{instruction}')) {
    throw new AppError(
      'invalid_input',
      'The operator "own" needs your prompt in the parameter "promptText", with {instruction} where the instruction belongs.',
    )
  }
  return definePrompt({
    id: 'evolve-own',
    version: 'custom',
    purpose: 'Evolves an instruction by a text of the user.',
    template: promptText,
    placeholders: ['instruction'],
    contract: 'The text of the rewritten instruction.',
    sampling: { temperature: 0, topP: 1, maxTokens: 2048 },
  })
}

function promptsOf(choice: Choice, params: PromptParams): Prompt[] {
  if (choice === 'own') return [ownPrompt(params)]
  const operators = choice in AVERAGES ? AVERAGES[choice as keyof typeof AVERAGES] : [choice]
  return (operators as readonly Operator[]).map((operator) => promptOf(operator, params))
}

function recordedPrompts({ recordedTexts = [] }: PromptParams): Prompt[] {
  return recordedTexts.flatMap(({ id, text }) => {
    const operator = OPERATORS.find((one) => evolvePrompt(one).id === id)
    return operator ? [withText(evolvePrompt(operator), text)] : []
  })
}

/** Returns the prompts that these parameters may send. */
export function promptsInUse(params: PromptParams): Prompt[] {
  const { operator, unknown } = params
  if (operator !== RECORDED) return promptsOf(operator, params)
  return [
    ...OPERATORS.map((one) => promptOf(one, params)),
    ...recordedPrompts(params),
    ...(unknown === 'own' ? [ownPrompt(params)] : []),
  ]
}

/** Returns the parameters as they go into a definition: without what is a default, a prompt's own text or never sent. */
export function settlePrompts<P extends PromptParams>(params: P): P {
  const { unknown = 'none', promptText, recordedTexts = [], ...others } = params
  const isRecorded = params.operator === RECORDED
  const sent = new Set(promptsInUse(params).map(({ id }) => id))
  const texts = OPERATORS.map((operator): [TextParam, string] => {
    const prompt = evolvePrompt(operator)
    const text = params[textParam(operator)]
    return [textParam(operator), sent.has(prompt.id) ? settledText(prompt, text) : '']
  })
  const isOwn = params.operator === 'own' || (isRecorded && unknown === 'own')
  return {
    ...others,
    ...Object.fromEntries(texts),
    ...(isRecorded && unknown !== 'none' ? { unknown } : {}),
    ...(isOwn ? { promptText } : {}),
    ...(isRecorded && recordedTexts.length > 0 ? { recordedTexts } : {}),
  } as unknown as P
}

/** Returns the parameters with the versions that the chosen files were evolved with, where each row is asked by its own. */
export function settleRecorded<P extends PromptParams>(
  params: P,
  recorded: readonly { id: string; text: string }[],
): P {
  if (params.operator !== RECORDED) return params
  const own = recorded.filter(({ id }) => OPERATORS.some((one) => evolvePrompt(one).id === id))
  return own.length === 0 ? params : { ...params, recordedTexts: own.slice(0, MOST_RECORDED) }
}

/** What a row is asked by: one prompt, or those whose probabilities are averaged; `remark` is kept with its value. */
type RowPrompts = { prompts: Prompt[]; remark: string | null } | { result: RowResult }

function refused({ index }: MetricRow, message: string): RowPrompts {
  return { result: { index, status: 'not_applicable', values: {}, detail: { message } } }
}

/**
 * Returns the prompts that a row is asked by: of its operator in the version that it was evolved with, unless the parameters
 * name another. A row whose version is not stored is left out: another text would be another request than its own.
 */
export function promptsForRow(row: MetricRow, params: PromptParams): RowPrompts {
  if (params.operator !== RECORDED) {
    const prompts = promptsOf(params.operator, params)
    return { prompts, remark: remarkOf(row, prompts) }
  }
  if (row.operator === null) {
    const { unknown = 'none' } = params
    if (unknown === 'none') {
      return { result: { index: row.index, status: 'no_operator', values: {} } }
    }
    return { prompts: promptsOf(unknown, params), remark: null }
  }
  if (!isOperator(row.operator)) {
    return refused(
      row,
      `There is no prompt for the operator "${row.operator.slice(0, 60)}". Name one in the parameter "operator".`,
    )
  }
  const prompt = promptOf(row.operator, params)
  const remark = remarkOf(row, [prompt])
  const name = textParam(row.operator)
  if (remark === null || params[name] !== '') return { prompts: [prompt], remark }
  const hash = row.promptHashes?.[prompt.id]
  const own = recordedPrompts(params).find((one) => one.id === prompt.id && one.hash === hash)
  if (own) return { prompts: [own], remark: null }
  return refused(row, `${remark} Its text is not stored here; name it in the parameter "${name}".`)
}

/** Says that a row was evolved with another version than one that it is asked by; null where it was not. */
function remarkOf({ promptHashes = {} }: MetricRow, prompts: readonly Prompt[]): string | null {
  const other = prompts.find(({ id, hash }) => (promptHashes[id] ?? hash) !== hash)
  return other
    ? `The row was evolved with another version of this prompt (${promptHashes[other.id]?.slice(0, 12)}).`
    : null
}
