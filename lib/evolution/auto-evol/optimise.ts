import type { PromptVersion, StageItem } from '@/lib/contracts/experiment'
import { evolvePrompt } from '@/lib/prompts'
import { autoAnalyse } from '@/lib/prompts/auto-analyse'
import { autoRevise } from '@/lib/prompts/auto-revise'
import { renderPrompt, withText } from '@/lib/prompts/prompt'
import { isMade, readText, seedKey } from '../shared'
import type { AskStage, Reading, Stage, StageData, WorkStage } from '../types'
import { answersStage, chooseStage, developmentStage } from './candidates'
import { optionsOf } from './options'
import { KEPT, lastPrompt, promptStageId } from './prompt-version'
import { readReply } from './reply'
import { drawn, hasEnded, idOf, instructionOf } from './step'

const auto = evolvePrompt('auto')
const SLOT = '{instruction}'
// Candidates must differ; greedy decoding would write the same one again.
const OPTIMISER = { temperature: 0.6, maxTokens: 4096 }
// Steps draw different numbers; a step has fewer requests.
const STEP_OFFSET = 10_000
// As the prompt asks for them, so that replies can be read.
const HEADERS = [
  '#Methods List#',
  '#Plan#',
  '#Rewritten Instruction#',
  '#Finally Rewritten Instruction#',
]
// A prompt is a page; a model that repeats itself writes without end.
const MOST_CHARACTERS = 20_000

const numbered = (n: number) => Array.from({ length: n }, (_, at) => at + 1)

function byKey(items: readonly StageItem[]): Map<string, StageItem> {
  return new Map(items.map((item) => [item.key, item]))
}

/** The prompt that an experiment begins with. */
const beginStage: WorkStage = {
  kind: 'work',
  id: promptStageId(0),
  label: 'Prompt to begin with',
  explains: 'The version of the prompt that the plan names for the evolver.',
  after: [],
  *work(data) {
    const { template, hash } = data.prompt(auto.id)
    const unknown = { from: null, failed: null, of: null, reasons: {} }
    const value: PromptVersion = { optimised: true, template, hash, ...unknown }
    yield { key: KEPT, status: 'ok', reason: null, value }
  },
}

function roundStage(step: number, round: number): AskStage {
  const before = idOf(step, `round-${round - 1}`)
  return {
    kind: 'ask',
    id: idOf(step, `round-${round}`),
    label: `Step ${step}, round ${round}`,
    explains: 'A few seeds are evolved by the prompt so far.',
    role: 'evolver',
    after: [promptStageId(step - 1), ...(round === 1 ? [] : [before])],
    prompts: [auto.id],
    sent: (data) => [withText(auto, lastPrompt(data, step - 1).template)],
    askings(data) {
      if (hasEnded(data, step)) return []
      const prompt = withText(auto, lastPrompt(data, step - 1).template)
      const parents = round === 1 ? null : byKey(data.items(before))
      return drawn(data, step).batch.map((seed) => ({
        key: seedKey(seed),
        seedOffset: seed.idx + round,
        content() {
          const text = parents ? instructionOf(parents.get(seedKey(seed))) : seed.instruction
          return text === null ? null : renderPrompt(prompt, { instruction: text })
        },
      }))
    },
    read: readReply,
  }
}

function coursesText(data: StageData, step: number): string {
  const { batchRounds } = optionsOf(data.plan)
  const rounds = numbered(batchRounds).map((n) => byKey(data.items(idOf(step, `round-${n}`))))
  const courses = drawn(data, step).batch.map((seed, n) => {
    const texts = rounds.map((items, at) => {
      const item = items.get(seedKey(seed))
      const text = instructionOf(item) ?? `(no task: ${item?.reason ?? 'empty'})`
      return `Round ${at + 1}: ${text}`
    })
    return [`Course ${n + 1}`, `Task: ${seed.instruction}`, ...texts].join('\n')
  })
  return courses.join('\n\n')
}

function analysisStage(step: number, rounds: number): AskStage {
  return {
    kind: 'ask',
    id: idOf(step, 'analysis'),
    label: `Step ${step}, analysis`,
    explains: 'The judge model says what went wrong, once for each candidate.',
    role: 'judge',
    after: [promptStageId(step - 1), ...numbered(rounds).map((n) => idOf(step, `round-${n}`))],
    prompts: [autoAnalyse.id],
    decoding: OPTIMISER,
    askings(data) {
      if (hasEnded(data, step)) return []
      const prompt = data.prompt(autoAnalyse.id)
      const courses = coursesText(data, step)
      return numbered(optionsOf(data.plan).candidates).map((n) => ({
        key: `c${n}`,
        seedOffset: step * STEP_OFFSET + n,
        content: () => renderPrompt(prompt, { courses }),
      }))
    },
    read: (reply) => readText(reply),
  }
}

/** Returns the reading of a revised prompt: one that cannot be sent, or whose replies could not be read, has failed. */
export function readRevision(reply: { text: string; finishReason: string }): Reading {
  const { status, reason, value } = readText(reply)
  if (status === 'failed') return { status, reason, value }
  const whole = String(value)
  const fenced = /^```[a-z]*\n([\s\S]*)\n```$/i.exec(whole)?.[1]?.trim()
  const template = fenced ?? whole
  const failed = (why: string): Reading => ({ status: 'failed', reason: why, value: '' })
  if (template.length > MOST_CHARACTERS) return failed('too_long')
  if (template.split(SLOT).length !== 2) return failed('no_slot')
  const places = HEADERS.map((header) => template.indexOf(header))
  if (places.some((at, n) => at < 0 || at < (places[n - 1] ?? 0))) return failed('no_layout')
  if (fenced === undefined) return { status: 'ok', reason: null, value: template }
  return { status: 'repaired', reason: 'prompt_in_fence', value: template }
}

function reviseStage(step: number): AskStage {
  return {
    kind: 'ask',
    id: idOf(step, 'revise'),
    label: `Step ${step}, revised prompts`,
    explains: 'The judge model revises the prompt by each analysis.',
    role: 'judge',
    after: [promptStageId(step - 1), idOf(step, 'analysis')],
    prompts: [autoRevise.id],
    decoding: OPTIMISER,
    askings: (data) =>
      data.items(idOf(step, 'analysis')).map((item, n) => ({
        key: item.key,
        seedOffset: step * STEP_OFFSET + n,
        content() {
          if (!isMade(item)) return null
          const { template } = lastPrompt(data, step - 1)
          const values = { mark: SLOT, problems: String(item.value), prompt: template }
          return renderPrompt(data.prompt(autoRevise.id), values)
        },
      })),
    read: readRevision,
  }
}

/** Returns the stages that optimise the prompt of an evolver before the pass; none where the plan asks for no steps. */
export function optimiseStages(steps: number, rounds: number): Stage[] {
  if (steps === 0) return []
  const ofStep = (step: number): Stage[] => [
    ...numbered(rounds).map((round) => roundStage(step, round)),
    analysisStage(step, rounds),
    reviseStage(step),
    developmentStage(step),
    answersStage(step),
    chooseStage(step),
  ]
  return [beginStage, ...numbered(steps).flatMap(ofStep)]
}
