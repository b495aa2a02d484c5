import { passMatrixSchema, type PassMatrix } from '@/lib/contracts/experiment'
import { labelParsers } from '@/lib/metrics/judging/label-parser'
import { autoifConsistent } from '@/lib/prompts/autoif-consistent'
import { autoifDescribe } from '@/lib/prompts/autoif-describe'
import { renderPrompt } from '@/lib/prompts/prompt'
import { isMade, readText } from '../shared'
import type { AskStage, Asking, Reading, StageData } from '../types'
import { offsetOf, optionsOf } from './shared'

const VERDICTS = ['contradiction', 'neutral', 'entailment']
const { tolerant } = labelParsers(VERDICTS, 'verdict')

/** A constraint that its checks let through. */
export interface Survivor {
  key: string
  matrix: PassMatrix
  /** Sources of the functions that are kept; none where all contradict it. */
  functions: string[]
}

/** The kept functions of an arm with the key under which each is described and judged. */
function keptFunctions(data: StageData, arm?: string) {
  return data
    .items('check', arm)
    .filter(isMade)
    .map(({ key, value }) => {
      const matrix = passMatrixSchema.parse(value)
      const functions = matrix.functions
        .map(({ source, kept }, n) => ({ key: `${key}:${n}`, source, kept }))
        .filter(({ kept }) => kept)
      return { key, matrix, functions }
    })
}

/** Returns the constraints of an arm that passed cross-validation, with the functions that no later check left out. */
export function survivors(data: StageData, arm?: string): Survivor[] {
  const found = keptFunctions(data, arm)
  const agreed = optionsOf(data.plan).backTranslation
    ? new Set(
        data
          .items('consistent', arm)
          .filter(isMade)
          .map(({ key }) => key),
      )
    : null
  return found.map(({ key, matrix, functions }) => ({
    key,
    matrix,
    functions: functions
      .filter((one) => agreed === null || agreed.has(one.key))
      .map(({ source }) => source),
  }))
}

function askEach(
  data: StageData,
  content: (one: { key: string; source: string; constraint: string }) => string | null,
): Asking[] {
  return keptFunctions(data).flatMap(({ key, matrix, functions }) =>
    functions.map((one, n) => ({
      key: one.key,
      seedOffset: offsetOf(key, n),
      content: () => content({ ...one, constraint: matrix.constraint }),
    })),
  )
}

/** Has each kept function described in words. */
export const describeStage: AskStage = {
  kind: 'ask',
  id: 'describe',
  label: 'Descriptions',
  explains: 'Each kept function is described in words, without its constraint.',
  role: 'evolver',
  after: ['check'],
  prompts: [autoifDescribe.id],
  askings: (data) =>
    askEach(data, ({ source }) =>
      renderPrompt(data.prompt(autoifDescribe.id), { function: source }),
    ),
  read: (reply) => readText(reply),
}

function readVerdict({ text, finishReason }: { text: string; finishReason: string }): Reading {
  if (finishReason === 'skipped') {
    return { status: 'dropped', reason: 'no_description', value: '' }
  }
  const { value, status } = tolerant(text)
  if (value === null || (status !== 'ok' && status !== 'repaired')) {
    return { status: 'failed', reason: 'unparsed', value: '' }
  }
  const verdict = VERDICTS[value - 1] as string
  return verdict === 'contradiction'
    ? { status: 'dropped', reason: verdict, value: verdict }
    : { status, reason: status === 'ok' ? null : 'other_form', value: verdict }
}

/** Has the judge model say whether a function's description agrees with the constraint. */
export const consistentStage: AskStage = {
  kind: 'ask',
  id: 'consistent',
  label: 'Consistency',
  explains:
    'The judge model compares constraint and description; functions that contradict their constraint are left out.',
  role: 'judge',
  after: ['check', 'describe'],
  prompts: [autoifConsistent.id],
  askings(data) {
    const described = new Map(
      data
        .items('describe')
        .filter(isMade)
        .map(({ key, value }) => [key, String(value)]),
    )
    return askEach(data, ({ key, constraint }) => {
      const description = described.get(key)
      if (description === undefined) return null
      const values = { instruction: constraint, description }
      return renderPrompt(data.prompt(autoifConsistent.id), values)
    })
  },
  read: (reply) => readVerdict(reply),
}
