import { z } from 'zod'
import { isRefusal } from '@/lib/metrics/judging/parsed'
import { autoifConstraints } from '@/lib/prompts/autoif-constraints'
import { renderPrompt } from '@/lib/prompts/prompt'
import { isMade } from '../shared'
import type { AskStage, Reading, StageData, WorkItem, WorkStage } from '../types'
import { constraintLines, seedConstraints } from './lines'
import { constraintKey, optionsOf } from './shared'

// A sentence is shorter; a model that repeats itself writes lines without end.
const MOST_CHARACTERS = 1000

const linesSchema = z.object({ lines: z.array(z.string()), besides: z.array(z.string()) })

function readLines({ text, finishReason }: { text: string; finishReason: string }): Reading {
  const { lines, besides, isList } = constraintLines(text)
  const isCut = finishReason === 'length'
  // The last line of a cut reply is a part of one.
  const whole = isCut ? lines.slice(0, -1) : lines
  const value = { lines: whole, besides }
  if (text.trim() === '') return { status: 'failed', reason: 'empty', value }
  if (whole.length === 0)
    return { status: 'failed', reason: isCut ? 'truncated' : 'no_list', value }
  if (isCut && isList) return { status: 'repaired', reason: 'truncated', value }
  if (isList) return { status: 'ok', reason: null, value }
  if (isRefusal(text)) return { status: 'failed', reason: 'refused', value }
  // One line is prose, or a single constraint of many that were asked: which cannot be told.
  if (lines.length === 1) return { status: 'failed', reason: 'no_list', value }
  return { status: 'repaired', reason: 'no_marks', value }
}

/** Asks for more constraints, the same again and again. */
export const augmentStage: AskStage = {
  kind: 'ask',
  id: 'augment',
  label: 'More constraints',
  explains: 'The same request for new constraints is sent many times; each reply is a list.',
  role: 'evolver',
  after: [],
  prompts: [autoifConstraints.id],
  askings({ plan, prompt }) {
    const { constraints, requests, perRequest } = optionsOf(plan)
    const list = seedConstraints(constraints).map((line) => `- ${line}`)
    const values = { constraints: list.join('\n'), count: String(perRequest) }
    return Array.from({ length: requests }, (_, n) => ({
      key: `request:${n}`,
      seedOffset: n,
      content: () => renderPrompt(prompt(autoifConstraints.id), values),
    }))
  },
  read: readLines,
}

function* allLines(data: StageData): Generator<{ place: string; line: string; isNone: boolean }> {
  for (const item of data.items('augment').filter(isMade)) {
    const { lines, besides } = linesSchema.parse(item.value)
    for (const [n, line] of lines.entries()) {
      yield { place: `${item.key}:${n}`, line, isNone: false }
    }
    for (const [n, line] of besides.entries()) {
      yield { place: `${item.key}:besides:${n}`, line, isNone: true }
    }
  }
  for (const [n, line] of seedConstraints(optionsOf(data.plan).constraints).entries()) {
    yield { place: `seed:${n}`, line, isNone: false }
  }
}

function* distinctLines(data: StageData): Generator<WorkItem> {
  const seen = new Set<string>()
  for (const { place, line, isNone } of allLines(data)) {
    const reason = isNone
      ? 'not_in_list'
      : line.length > MOST_CHARACTERS
        ? 'too_long'
        : seen.has(line)
          ? 'duplicate'
          : null
    if (reason !== null) {
      yield { key: place, status: 'dropped', reason, value: line.slice(0, MOST_CHARACTERS) }
      continue
    }
    seen.add(line)
    yield { key: constraintKey(line), status: 'ok', reason: null, value: line }
  }
}

/** The different constraints of all replies and, at the end, those that the plan began with. */
export const constraintsStage: WorkStage = {
  kind: 'work',
  id: 'constraints',
  label: 'Constraints',
  explains:
    'Each line of the replies, then the constraints to begin with: equal ones count once, empty lines not at all.',
  after: ['augment'],
  work: distinctLines,
}
