import type { PromptVersion } from '@/lib/contracts/experiment'
import { evolvePrompt, responsePrompt } from '@/lib/prompts'
import { hashText, renderPrompt, withText } from '@/lib/prompts/prompt'
import { isMade, seedKey } from '../shared'
import type { AskStage, StageData, WorkItem, WorkStage } from '../types'
import { failureOf } from './failures'
import { KEPT, lastPrompt, promptStageId } from './prompt-version'
import { readReply } from './reply'
import { drawn, hasEnded, idOf, instructionOf } from './step'

const auto = evolvePrompt('auto')

/** The prompts that a step counts failures of: its candidates, and at first the one to begin with. */
function counted(data: StageData, step: number): { key: string; template: string }[] {
  const made = data.items(idOf(step, 'revise')).filter(isMade)
  const candidates = made.map(({ key, value }) => ({ key, template: String(value) }))
  if (step > 1) return candidates
  return [{ key: KEPT, template: lastPrompt(data, 0).template }, ...candidates]
}

/** Returns the stage in which each candidate evolves the development set. */
export function developmentStage(step: number): AskStage {
  return {
    kind: 'ask',
    id: idOf(step, 'development'),
    label: `Step ${step}, development set`,
    explains:
      'The development set is evolved by each candidate, at first also by the prompt to begin with.',
    role: 'evolver',
    after: [promptStageId(step - 1), idOf(step, 'revise')],
    prompts: [auto.id],
    sent: (data) => counted(data, step).map(({ template }) => withText(auto, template)),
    askings(data) {
      const { development } = drawn(data, step)
      return counted(data, step).flatMap(({ key, template }) => {
        const prompt = withText(auto, template)
        return development.map((seed) => ({
          key: `${key}:${seedKey(seed)}`,
          seedOffset: seed.idx,
          content: () => renderPrompt(prompt, { instruction: seed.instruction }),
        }))
      })
    },
    read: readReply,
  }
}

/** Returns the stage in which what was evolved is answered, and failures are read from the answers. */
export function answersStage(step: number): AskStage {
  const prompt = responsePrompt(null)
  return {
    kind: 'ask',
    id: idOf(step, 'answers'),
    label: `Step ${step}, failures`,
    explains:
      'Each evolved task is answered; answers that thank, ask back or lack something show that it failed.',
    role: 'evolver',
    after: [idOf(step, 'development')],
    prompts: [prompt.id],
    askings: (data) =>
      data.items(idOf(step, 'development')).map((item, n) => ({
        key: item.key,
        seedOffset: n,
        content() {
          const instruction = instructionOf(item)
          if (instruction === null) return null
          return renderPrompt(data.prompt(prompt.id), { instruction })
        },
      })),
    read({ text, finishReason }) {
      const failed = finishReason === 'skipped' ? 'not_evolved' : failureOf(text.trim())
      if (failed !== null) return { status: 'dropped', reason: failed, value: '' }
      return text.trim() === ''
        ? { status: 'failed', reason: 'empty', value: '' }
        : { status: 'ok', reason: null, value: '' }
    },
  }
}

/** A candidate with its failures. */
function versionOf(data: StageData, step: number, candidate: { key: string; template: string }) {
  const answers = data.items(idOf(step, 'answers'))
  const own = answers.filter(({ key }) => key.startsWith(`${candidate.key}:`))
  const reasons: Record<string, number> = {}
  for (const { reason } of own) if (reason !== null) reasons[reason] = (reasons[reason] ?? 0) + 1
  const { template } = candidate
  const from = candidate.key === KEPT ? null : lastPrompt(data, step - 1).template
  const failed = own.filter((item) => !isMade(item)).length
  const version: PromptVersion = {
    optimised: true,
    template,
    hash: hashText(template),
    from,
    failed,
    of: own.length,
    reasons,
  }
  return { key: candidate.key, version }
}

function rateOf({ failed, of }: PromptVersion): number {
  return failed === null || of === null || of === 0 ? 1 : failed / of
}

function* choose(data: StageData, step: number): Generator<WorkItem> {
  const { isKept: _kept, ...before } = lastPrompt(data, step - 1)
  const ended = hasEnded(data, step)
  const versions = ended ? [] : counted(data, step).map((one) => versionOf(data, step, one))
  if (step > 1) versions.unshift({ key: KEPT, version: before })
  // Of equal ones the earlier stays: a change must show that it is better.
  const best = versions.reduce((least, one) =>
    rateOf(one.version) < rateOf(least.version) ? one : least,
  )
  for (const one of versions) {
    const isBest = one === best
    const reason = isBest ? (one.key === KEPT ? 'no_better_prompt' : null) : 'not_the_best'
    yield { key: one.key, status: isBest ? 'ok' : 'dropped', reason, value: one.version }
  }
}

/** Returns the stage that chooses the prompt of a step. */
export function chooseStage(step: number): WorkStage {
  return {
    kind: 'work',
    id: promptStageId(step),
    label: `Step ${step}, prompt`,
    explains:
      'The prompt with the lowest rate of failures goes on; if it is the one so far, later steps have nothing to do.',
    after: [promptStageId(step - 1), idOf(step, 'revise'), idOf(step, 'answers')],
    work: (data) => choose(data, step),
  }
}
