import { z } from 'zod'
import { numbers, texts } from './fields'
import { planSchema } from './experiment-plan'
import { ITEM_STATUSES } from './experiment-stages'
import { meterSchema } from './meter'

/** What a plan is tried with. */
export const trialRequestSchema = z.object({
  plan: planSchema,
  seeds: z.number().int().min(1).max(20).default(3).describe('Seeds that every stage is tried on.'),
})

const moneySchema = z.object({ amount: z.number(), currency: z.string() }).nullable()

/** One stage of a plan as it went on a few seeds, and what the whole plan would take. */
export const trialStageSchema = z.object({
  ...texts('arm', 'stage', 'label'),
  /** Requests that were really made, and about how many the plan makes. */
  ...numbers('asked', 'total'),
  /** Of all requests of the plan. */
  meter: meterSchema,
  ...numbers('secondsLow', 'secondsHigh'),
  /** Null when no price is known. */
  cost: moneySchema,
  /** Why it could not be tried; null when it was. */
  blocked: z.string().nullable(),
  items: z.array(
    z.object({
      ...texts('key'),
      status: z.enum(ITEM_STATUSES),
      reason: z.string().nullable(),
      /** What was sent and replied, their beginnings; null where no model was asked. */
      prompt: z.string().nullable(),
      raw: z.string().nullable(),
    }),
  ),
})
export type TrialStage = z.infer<typeof trialStageSchema>

/** What a trial of a plan showed. Nothing of it is stored in the study. */
export const planTrialSchema = z.object({
  /** Seeds that it was tried on, and those of the plan. */
  ...numbers('seeds', 'allSeeds', 'tokens'),
  stages: z.array(trialStageSchema),
  /** Between all backends at work at once and one after the other. */
  ...numbers('secondsLow', 'secondsHigh'),
  cost: moneySchema,
})
export type PlanTrial = z.infer<typeof planTrialSchema>
