import type { EvolInstructOptions, Plan } from '@/lib/contracts/experiment'
import { evolvePrompt } from '@/lib/prompts'
import { BREADTH_ORDER, type Operator } from '@/lib/prompts/operators'
import { renderPrompt } from '@/lib/prompts/prompt'
import { readText, seedKey } from '../shared'
import type { AskStage, CellDraft, Scenario, SeedRow, StageData } from '../types'
import { eliminate, elimination, isEliminated } from './eliminate'
import { operatorIn } from './operator'

function optionsOf(plan: Plan): EvolInstructOptions {
  if (plan.scenario.kind !== 'evol-instruct') throw new TypeError('another scenario')
  return plan.scenario
}

/**
 * The texts that a round evolves by the key of their seed: those of the round before, of the seeds in the first round. A row that
 * was eliminated goes on from what it was made of.
 */
function parentsOf(data: StageData, round: number): Map<string, string> {
  if (round === 1) return new Map(data.seeds().map((seed) => [seedKey(seed), seed.instruction]))
  const items = data.items(roundId(round - 1))
  const before = items.some(isEliminated) ? parentsOf(data, round - 1) : null
  return new Map(
    items.map((item) => [
      item.key,
      isEliminated(item) ? (before?.get(item.key) ?? '') : String(item.value),
    ]),
  )
}

function roundId(round: number): string {
  return `round-${round}`
}

function roundStage(options: EvolInstructOptions, round: number): AskStage {
  const known = new WeakMap<StageData, Map<string, string>>()
  const parentOf = (data: StageData, key: string) => {
    const parents = known.get(data) ?? parentsOf(data, round)
    known.set(data, parents)
    return parents.get(key) ?? ''
  }
  const stage: AskStage = {
    kind: 'ask',
    id: roundId(round),
    label: `Round ${round}`,
    explains:
      'Each instruction of the round before is rewritten by one operator; only the instruction is shown.',
    role: 'evolver',
    after: round === 1 ? [] : [roundId(round - 1)],
    prompts: BREADTH_ORDER.map((operator) => evolvePrompt(operator).id),
    askings(data) {
      return data.seeds().map((seed) => ({
        key: seedKey(seed),
        seedOffset: seed.idx,
        content() {
          const instruction = parentOf(data, seedKey(seed))
          // Nothing can be made of nothing; the row keeps its place.
          if (instruction === '') return null
          const prompt = data.prompt(evolvePrompt(operatorOf(data, seed, round)).id)
          return renderPrompt(prompt, { instruction })
        },
      }))
    },
    read: (reply, { key }, data) => eliminate(readText(reply), parentOf(data, key), options),
    ...elimination(options, parentOf),
    publish: (data) => draftsOf(data, round),
  }
  return stage
}

function operatorOf(data: StageData, seed: SeedRow, round: number): Operator {
  return operatorIn(optionsOf(data.plan), data.arm?.decoding.seed ?? 0, seed, round)
}

/** One file for each seed set: rows that failed keep their place, with their reason. */
function draftsOf(data: StageData, round: number): CellDraft[] {
  const items = new Map(data.items(roundId(round)).map((item) => [item.key, item]))
  const sets = new Set(data.seeds().map(({ setKey }) => setKey))
  return [...sets].map((seedSetKey) => ({
    seedSetKey,
    round,
    parent: round === 1 ? 'seeds' : 'round before',
    rows: data
      .seeds()
      .filter(({ setKey }) => setKey === seedSetKey)
      .map((seed, at) => {
        const item = items.get(seedKey(seed))
        return {
          instruction: String(item?.value ?? ''),
          input: seed.input,
          parentIdx: round === 1 ? seed.idx : at,
          operator: operatorOf(data, seed, round),
          extra: {
            finish_reason: item?.finishReason ?? null,
            ...(item && item.reason !== null ? { evolution_status: item.reason } : {}),
          },
        }
      }),
  }))
}

/** Evol-Instruct: so many rounds of rewriting, each from the one before. */
export const evolInstruct: Scenario = {
  kind: 'evol-instruct',
  label: 'Evol-Instruct',
  stages(plan) {
    const options = optionsOf(plan)
    return Array.from({ length: options.rounds }, (_, at) => roundStage(options, at + 1))
  },
}
