import type { StageItem, TrialStage } from '@/lib/contracts/experiment'
import { addMeters, emptyMeter, tokensOf } from '@/lib/contracts/meter'
import { errorCode, errorMessage, throwIfAborted } from '@/lib/errors'
import type { SeedRow } from '@/lib/evolution'
import { JOBS, type JobPayload } from '@/lib/queue/kinds'
import { chooseSeeds } from '@/lib/services/experiments'
import { seedRows } from '@/lib/services/experiments/data'
import { placesOf, type ExperimentRow, type PlacedStage } from '@/lib/services/experiments/records'
import { defineJob, type WorkerContext } from '@/lib/worker/types'
import { TrialRun } from './stages'

/** Returns seeds from all over the list, so that short and long ones, and all sets, are among them. */
function spread(seeds: readonly SeedRow[], wanted: number): SeedRow[] {
  const size = Math.min(wanted, seeds.length)
  return Array.from(
    { length: size },
    (_, at) => seeds[Math.floor(((at + 0.5) * seeds.length) / size)] as SeedRow,
  )
}

/** An experiment that stands in no table, with a place for each stage. */
function inMemory(
  { db }: WorkerContext,
  { studyId, plan }: JobPayload<'plan-trial'>,
): { experiment: ExperimentRow; all: PlacedStage[] } {
  const experiment: ExperimentRow = {
    no: -1,
    id: '',
    studyId,
    plan,
    planHash: '',
    seeds: chooseSeeds(db, studyId, plan),
    models: {},
    createdAt: 0,
    deletedAt: null,
  }
  const empty = { experimentNo: -1, definition: null, jobId: null, attempt: 1, cells: [] }
  const all = placesOf(plan).map(({ stage, arm }, no) => ({
    stage,
    arm,
    row: { ...empty, no, arm, stage: stage.id, total: null, doneAt: null },
  }))
  return { experiment, all }
}

/** The whole plan: backends at work beside each other at best, one after the other at worst. */
function sumOf(stages: readonly (TrialStage & { backendId: string | null })[]) {
  const lows = new Map<string, number>()
  for (const { backendId, secondsLow } of stages) {
    const key = backendId ?? ''
    lows.set(key, (lows.get(key) ?? 0) + secondsLow)
  }
  const costs = stages.flatMap(({ cost }) => cost ?? [])
  const currencies = new Set(costs.map(({ currency }) => currency))
  const [currency] = currencies
  return {
    tokens: tokensOf(addMeters(...stages.map(({ meter }) => meter))),
    secondsLow: Math.max(0, ...lows.values()),
    secondsHigh: stages.reduce((sum, { secondsHigh }) => sum + secondsHigh, 0),
    cost:
      currencies.size === 1 && currency !== undefined
        ? { amount: costs.reduce((sum, { amount }) => sum + amount, 0), currency }
        : null,
  }
}

async function run(context: WorkerContext, payload: JobPayload<'plan-trial'>) {
  const { experiment, all } = inMemory(context, payload)
  const allSeeds = seedRows(context.db, experiment)
  const seeds = spread(allSeeds, payload.seeds)
  const made = new Map<number, StageItem[]>()
  const trial = new TrialRun(context, experiment, { all, made, seeds, allSeeds })
  const stages: (TrialStage & { backendId: string | null })[] = []
  for (const [at, placed] of all.entries()) {
    throwIfAborted(context.signal)
    const { arm, stage } = placed
    context.progress({ done: at, total: all.length, unit: 'stages', phase: stage.label })
    const empty = {
      arm,
      stage: stage.id,
      label: stage.label,
      backendId: null,
      asked: 0,
      total: 0,
      meter: emptyMeter(),
      secondsLow: 0,
      secondsHigh: 0,
      cost: null,
      blocked: null,
      items: [],
    }
    // What measures cost is estimated where they are chosen: Compute, "Estimate".
    if (stage.kind === 'measure') continue
    try {
      stages.push({ ...empty, ...(await trial.stage(placed)) })
    } catch (error) {
      if (errorCode(error) === 'cancelled' || errorCode(error) === 'internal') throw error
      stages.push({ ...empty, blocked: errorMessage(error) })
    }
  }
  context.progress({ done: all.length, total: all.length })
  const shown = stages.map(({ backendId: _own, ...stage }) => stage)
  return { seeds: seeds.length, allSeeds: allSeeds.length, ...sumOf(stages), stages: shown }
}

/** Tries a plan on a few seeds: prompts, replies, tokens, time and cost of every stage. Nothing is stored in the study. */
export const planTrialJob = defineJob(JOBS['plan-trial'], {
  lane: 'quick',
  backends: (_around, { plan }) => [
    ...new Set(
      [...plan.arms, plan.responses, plan.judge].flatMap((model) => (model ? [model.backend] : [])),
    ),
  ],
  run,
})
