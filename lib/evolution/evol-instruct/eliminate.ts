import { ELIMINATIONS, type EvolInstructOptions, type StageItem } from '@/lib/contracts/experiment'
import { EQUAL, equalParsers } from '@/lib/metrics/elimination'
import { copyExact } from '@/lib/metrics/health/copies'
import { healthParams } from '@/lib/metrics/health/params'
import { refusal } from '@/lib/metrics/health/refusal'
import { judgeEqual } from '@/lib/prompts/judge-equal'
import { renderPrompt } from '@/lib/prompts/prompt'
import type { AskStage, Reading, StageData } from '../types'

const RULES = { copy: copyExact, refusal } as const
const NO_LANGUAGE = () => null

function failed(reason: (typeof ELIMINATIONS)[number]): Reading {
  return { status: 'failed', reason, value: '' }
}

/** Returns whether an item has no text because its reply was thrown away. */
export function isEliminated({ reason }: Pick<StageItem, 'reason'>): boolean {
  return (ELIMINATIONS as readonly (string | null)[]).includes(reason)
}

/** Returns the reading, or one that failed where a rule of the plan throws the text away. */
export function eliminate(
  reading: Reading,
  parent: string,
  { eliminate: rules }: EvolInstructOptions,
): Reading {
  if (reading.status !== 'ok') return reading
  const row = {
    instruction: String(reading.value),
    input: null,
    parent: { instruction: parent, input: null },
    operator: null,
    finishReason: null,
  }
  for (const rule of rules) {
    if (rule === 'equal') continue
    const verdict = RULES[rule].read(row, healthParams.parse({}), NO_LANGUAGE)
    if ('flag' in verdict && verdict.flag) return failed(rule)
  }
  return reading
}

/** Returns what a round needs for elimination: tries, and the judge model's look at replies; nothing where the plan has none. */
export function elimination(
  { eliminate: rules, retries }: EvolInstructOptions,
  parentOf: (data: StageData, key: string) => string,
): Pick<AskStage, 'retries' | 'check'> {
  if (rules.length === 0) return {}
  if (!rules.includes('equal')) return { retries }
  return {
    retries,
    check: {
      prompt: judgeEqual.id,
      content: ({ value }, { key }, data) =>
        renderPrompt(data.prompt(judgeEqual.id), {
          parent: parentOf(data, key),
          instruction: String(value),
        }),
      read(text, reading) {
        const { value } = equalParsers.tolerant(text)
        if (value === EQUAL) return failed('equal')
        // A verdict that cannot be read throws nothing away, and is said.
        return value === null ? { ...reading, status: 'repaired', reason: 'no_verdict' } : reading
      },
    },
  }
}
