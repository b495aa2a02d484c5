import { z } from 'zod'
import {
  experimentSchema,
  experimentSummarySchema,
  ITEM_STATUSES,
  planSchema,
  stageItemPageSchema,
  trialRequestSchema,
} from '@/lib/contracts/experiment'
import { LIMITS, nameSchema } from '@/lib/contracts/limits'
import { get, patch, post, undoable } from './endpoint'
import { startsJob } from './jobs'
import { integerParam } from './params'

const EXAMPLE_PLAN = {
  name: 'Two evolvers',
  seeds: { rows: 12, seed: 1 },
  scenario: { kind: 'evol-instruct', rounds: 3 },
  arms: [
    { key: 'small', label: 'Small', armClass: 'small', backend: 'embedded' },
    { key: 'large', label: 'Large', armClass: 'large', backend: 'embedded' },
  ],
  responses: { backend: 'embedded' },
} as const

/** A stage of one arm; the arm is left out where all arms share the stage. */
const stagePlace = () => ({ arm: nameSchema.default(''), stage: nameSchema })

export const listExperimentsEndpoint = get('/studies/[studyId]/experiments', {
  summary: 'Lists the experiments of a study, newest first.',
  reply: z.array(experimentSummarySchema),
})

export const startExperimentEndpoint = post('/studies/[studyId]/experiments', {
  summary: 'Starts an experiment: evolvers, scenario, responses and measures of one plan.',
  body: planSchema,
  example: { body: EXAMPLE_PLAN },
  reply: experimentSchema,
})

export const tryPlanEndpoint = startsJob('/studies/[studyId]/experiments/trial', {
  summary: 'Tries a plan on a few seeds as a job: prompts, replies, tokens, time and cost.',
  body: trialRequestSchema,
  example: { body: { plan: EXAMPLE_PLAN, seeds: 3 } },
})

export const readPlanEndpoint = post('/studies/[studyId]/experiments/file', {
  summary: 'Reads a YAML plan; nothing is started.',
  body: z.object({ text: z.string() }),
  reply: planSchema,
})

export const experimentEndpoint = get('/studies/[studyId]/experiments/[experimentId]', {
  summary: 'Returns an experiment with the state and funnel of each stage.',
  reply: experimentSchema,
})

export const changePlanEndpoint = patch('/studies/[studyId]/experiments/[experimentId]', {
  summary: 'Changes the plan: seeds, rounds or evolvers are added, and asked for.',
  body: planSchema,
  example: { body: EXAMPLE_PLAN },
  reply: experimentSchema,
})

export const [deleteExperimentEndpoint, restoreExperimentEndpoint] = undoable(
  '/studies/[studyId]/experiments/[experimentId]',
  'an experiment, whose files stay',
  experimentSchema,
)

export const planFileEndpoint = get('/studies/[studyId]/experiments/[experimentId]/plan', {
  summary: 'Returns the plan of an experiment as YAML, which starts the same one anywhere.',
  streams: 'application/yaml',
})

export const stageItemsEndpoint = get('/studies/[studyId]/experiments/[experimentId]/items', {
  summary: 'Lists the items of a stage: raw reply, outcome, reason and what was made of it.',
  query: z.object({
    ...stagePlace(),
    status: z.enum(ITEM_STATUSES).exactOptional(),
    reason: z.string().max(LIMITS.key).exactOptional(),
    offset: integerParam({}).prefault(0),
    limit: integerParam({ min: 1, max: 200 }).prefault(50),
  }),
  reply: stageItemPageSchema,
})

export const continueExperimentEndpoint = post(
  '/studies/[studyId]/experiments/[experimentId]/continue',
  {
    summary: 'Queues the stages that can begin and have no job, as after a backup was opened.',
    reply: experimentSchema,
  },
)

export const retryStageEndpoint = post('/studies/[studyId]/experiments/[experimentId]/retry', {
  summary: 'Asks the failed items of a stage again and makes anew what was made of them.',
  body: z.object(stagePlace()),
  reply: experimentSchema,
})
