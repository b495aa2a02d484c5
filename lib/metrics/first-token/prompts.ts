import { z } from 'zod'
import { evolvePrompt } from '@/lib/prompts'
import { isOperator, OPERATORS, type Operator } from '@/lib/prompts/operators'
import { withText, type Prompt } from '@/lib/prompts/prompt'
import { promptTextParam, settledText } from '../judging/params'
import type { MetricRow, RowResult } from '../types'

/** Value of the parameter `operator` that takes each row's own. */
const RECORDED = 'recorded'

const textOf = (operator: Operator) => promptTextParam(evolvePrompt(operator).id, '{instruction}')

/** Parameters that say by which prompt each row is asked. */
export const promptParams = {
  operator: z
    .enum([RECORDED, ...OPERATORS])
    .default(RECORDED)
    .describe(
      "Operator whose prompt asks: recorded takes the row's own and leaves out rows whose operator is not known; any other asks every row that has a parent by that one prompt.",
    ),
  constraintsText: textOf('constraints'),
  deepenText: textOf('deepen'),
  concretizingText: textOf('concretizing'),
  reasoningText: textOf('reasoning'),
  breadthText: textOf('breadth'),
  autoText: textOf('auto'),
}

const schema = z.object(promptParams)
type PromptParams = z.infer<typeof schema>
type TextParam = Exclude<keyof PromptParams, 'operator'>

/** Returns the name of the parameter that holds a user's text for an operator's prompt. */
export function textParam(operator: Operator): TextParam {
  return `${operator}Text`
}

function promptOf(operator: Operator, params: PromptParams): Prompt {
  return withText(evolvePrompt(operator), params[textParam(operator)])
}

/** Returns the prompts that these parameters may send. */
export function promptsInUse(params: PromptParams): Prompt[] {
  const operators = params.operator === RECORDED ? OPERATORS : [params.operator]
  return operators.map((operator) => promptOf(operator, params))
}

/** Returns the parameters as they go into a definition: without texts that are a prompt's own or are never sent. */
export function settlePrompts<P extends PromptParams>(params: P): P {
  const settled = OPERATORS.map((operator): [TextParam, string] => {
    const name = textParam(operator)
    const isSent = params.operator === RECORDED || params.operator === operator
    return [name, isSent ? settledText(evolvePrompt(operator), params[name]) : '']
  })
  return { ...params, ...Object.fromEntries(settled) }
}

/** What a row is asked by; `remark` is kept with its value. Rows that are not asked have a result at once. */
type RowPrompt = { prompt: Prompt; remark: string | null } | { result: RowResult }

function refused({ index }: MetricRow, message: string): RowPrompt {
  return { result: { index, status: 'not_applicable', values: {}, detail: { message } } }
}

/**
 * Returns the prompt that a row is asked by. A row that is recorded as evolved with another text is left out unless the
 * parameters name operator or text: another text would be another request than the one that the row came from.
 */
export function promptForRow(row: MetricRow, params: PromptParams): RowPrompt {
  const operator = params.operator === RECORDED ? row.operator : params.operator
  if (operator === null) {
    return { result: { index: row.index, status: 'no_operator', values: {} } }
  }
  if (!isOperator(operator)) {
    return refused(
      row,
      `There is no prompt for the operator "${operator.slice(0, 60)}". Name one in the parameter "operator".`,
    )
  }
  const prompt = promptOf(operator, params)
  const own = row.promptHashes?.[prompt.id]
  if (own === undefined || own === prompt.hash) return { prompt, remark: null }
  const remark = `The row was evolved with another version of this prompt (${own.slice(0, 12)}).`
  const isNamed = params.operator !== RECORDED || params[textParam(operator)] !== ''
  if (isNamed) return { prompt, remark }
  return refused(row, `${remark} Name that version in the parameter "${textParam(operator)}".`)
}
