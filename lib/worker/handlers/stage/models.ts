import { eq } from 'drizzle-orm'
import { experiments } from '@/db/schema'
import type { Plan, PlanDecoding } from '@/lib/contracts/experiment'
import { AppError } from '@/lib/errors'
import type { AskStage, Stage } from '@/lib/evolution'
import { experimentRow, type ExperimentRow } from '@/lib/services/experiments/records'
import { sameModel } from '@/lib/worker/same-model'
import type { MeteredSession, WorkerContext } from '@/lib/worker/types'

// What a judge model is asked with unless its stage says otherwise.
const JUDGE_DECODING: PlanDecoding = { temperature: 0, topP: 1, seed: 1, maxTokens: 2048 }

/** The models of a stage: who is asked and how replies are drawn, and the judge model that looks at them. */
interface StageModels {
  backend: string | null
  decoding: PlanDecoding
  judge: string | null
}

/** Returns the models that carry out a stage of an arm; null where the stage asks nobody or the plan names none. */
export function modelsOf(plan: Plan, stage: Stage, arm: string): StageModels {
  const { judge, responses, arms } = plan
  const backend = responses?.backend ?? null
  if (stage.kind === 'respond') return { backend, decoding: JUDGE_DECODING, judge: null }
  if (stage.kind !== 'ask') return { backend: null, decoding: JUDGE_DECODING, judge: null }
  const evolver = arms.find(({ key }) => key === arm)
  const asked = { judge, writer: responses, evolver }[stage.role]
  const drawn = { judge: JUDGE_DECODING, writer: responses, evolver: evolver?.decoding }[stage.role]
  const { temperature, topP, seed, maxTokens } = drawn ?? JUDGE_DECODING
  return {
    backend: asked?.backend ?? null,
    decoding: { temperature, topP, seed, maxTokens, ...stage.decoding },
    judge: stage.check ? (judge?.backend ?? null) : null,
  }
}

const ROLES = { judge: 'a judge model', writer: 'a response model', evolver: 'an evolver' }

/** Returns the backend that a stage asks; throws `invalid_input` where the plan names none. */
export function backendOf({ backend }: Pick<StageModels, 'backend'>, { role }: AskStage): string {
  if (backend !== null) return backend
  throw new AppError(
    'invalid_input',
    `This stage needs ${ROLES[role]}; name its backend in the plan.`,
  )
}

/** Returns an open backend that serves the model with which the experiment began there; pauses the job when it is another one. */
export async function openSame(
  context: WorkerContext,
  { id }: ExperimentRow,
  backendId: string,
): Promise<MeteredSession> {
  const session = await context.openBackend(backendId)
  context.commit(() => {
    // Stages of other arms write theirs meanwhile.
    const { no, models } = experimentRow(context.db, id)
    const before = models[backendId] ?? null
    const model = sameModel(session, before)
    if (before !== null) return
    context.db
      .update(experiments)
      .set({ models: { ...models, [backendId]: model } })
      .where(eq(experiments.no, no))
      .run()
  })
  return session
}
