import type { AutoIfOptions, PassMatrix } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import { autoifChecker } from '@/lib/prompts/autoif-checker'
import { renderPrompt } from '@/lib/prompts/prompt'
import { isMade } from '../shared'
import type { AskStage, Reading, StageData, WorkItem, WorkStage, WorkTools } from '../types'
import { distinctChecks, matrixFault, passMatrix, tooFew } from './matrix'
import { checkerSchema, parseChecker, type Checker } from './parse'
import { offsetOf, optionsOf } from './shared'

function readChecker({ text, finishReason }: { text: string; finishReason: string }): Reading {
  if (text.trim() === '') return { status: 'failed', reason: 'empty', value: '' }
  const found = parseChecker(text)
  if (typeof found === 'string') {
    const reason = finishReason === 'length' ? 'truncated' : found
    return { status: 'failed', reason, value: '' }
  }
  const reason = found.repairs.length > 0 ? found.repairs.join('+') : null
  return { status: reason === null ? 'ok' : 'repaired', reason, value: { ...found } }
}

/** Asks for a checking function and cases, several times for each constraint. */
export const checkersStage: AskStage = {
  kind: 'ask',
  id: 'checkers',
  label: 'Checking functions',
  explains: 'For each constraint several replies, each with a checking function and cases.',
  role: 'evolver',
  after: ['constraints'],
  prompts: [autoifChecker.id],
  askings(data) {
    const { samples } = optionsOf(data.plan)
    return data
      .items('constraints')
      .filter(isMade)
      .flatMap(({ key, value }) =>
        Array.from({ length: samples }, (_, n) => ({
          key: `${key}:${n}`,
          seedOffset: offsetOf(key, n),
          content: () =>
            renderPrompt(data.prompt(autoifChecker.id), { instruction: String(value) }),
        })),
      )
  },
  read: readChecker,
}

function repliesByConstraint(data: StageData): Map<string, Checker[]> {
  const found = new Map<string, Checker[]>()
  for (const { key, value } of data.items('checkers').filter(isMade)) {
    const [constraint = ''] = key.split(':')
    const list = found.get(constraint) ?? []
    list.push(checkerSchema.parse(value))
    found.set(constraint, list)
  }
  return found
}

interface Checked {
  key: string
  constraint: string
  replies: readonly Checker[]
}

function itemOf(key: string, input: string, matrix: PassMatrix, reason: string | null): WorkItem {
  return { key, input, status: reason === null ? 'ok' : 'dropped', reason, value: matrix }
}

async function checkOne(
  { key, constraint, replies }: Checked,
  { accuracy, minFunctions, minCases }: AutoIfOptions,
  { checks, kept, signal }: WorkTools,
): Promise<WorkItem> {
  const found = distinctChecks(replies)
  const { functions, cases } = found
  const input = JSON.stringify([constraint, functions, cases, accuracy, minFunctions, minCases])
  const few = tooFew(found, { minFunctions, minCases })
  if (few !== null) {
    return itemOf(key, input, passMatrix(constraint, functions, cases, [], accuracy), few)
  }
  const before = kept(key, input)
  if (before) return { key, input, ...before }
  if (!checks) {
    throw new AppError(
      'capability_missing',
      'Checking functions are programs that a model wrote, and running them is turned off. Turn it on at the end of the Backends page, or with "evolens checkers on", then start this stage again.',
    )
  }
  const outcomes = await checks.runChecks(functions, cases, signal)
  const matrix = passMatrix(constraint, functions, cases, outcomes, accuracy)
  return itemOf(key, input, matrix, matrixFault(matrix))
}

async function* checkAll(data: StageData, tools: WorkTools): AsyncGenerator<WorkItem> {
  const replies = repliesByConstraint(data)
  const all = data.items('constraints').filter(isMade)
  const running: Promise<WorkItem>[] = []
  let done = 0
  const next = async () => {
    const item = await (running.shift() as Promise<WorkItem>)
    tools.progress(++done, all.length)
    return item
  }
  for (const { key, value } of all) {
    const one = { key, constraint: String(value), replies: replies.get(key) ?? [] }
    const item = checkOne(one, optionsOf(data.plan), tools)
    // Whoever waits for it sees the error; until then it must not end the process.
    item.catch(() => undefined)
    running.push(item)
    if (running.length >= (tools.checks?.width ?? 1)) yield await next()
  }
  while (running.length > 0) yield await next()
}

/** Runs every function of a constraint on every case, and keeps what agrees. */
export const checkStage: WorkStage = {
  kind: 'work',
  id: 'check',
  label: 'Cross-validation',
  explains:
    'All functions of a constraint run on all of its cases. A case counts if one function confirms it; a function is kept if it gets enough of those right.',
  after: ['constraints', 'checkers'],
  work: checkAll,
}
