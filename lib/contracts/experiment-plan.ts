import { z } from 'zod'
import { rowFilterSchema } from './filter'
import { keySchema, LIMITS, nameSchema, namesSchema, settingsSchema } from './limits'
import { budgetSchema } from './meter'
import { ARM_CLASSES } from './study'
import { scenarioSchema } from './experiment-scenarios'

/** Arms of one experiment: each is a colour in every figure. */
export const MOST_ARMS = 12

const MAX_TOKENS = z.number().int().min(16).max(32_768)

/** How replies are drawn; the study's own values are the defaults. */
export const planDecodingSchema = z.object({
  temperature: z.number().min(0).max(2).default(0.7).describe('0 decodes greedily.'),
  topP: z.number().gt(0).max(1).default(0.95),
  seed: z.number().int().min(0).default(1).describe('A number of the row is added to it.'),
  maxTokens: MAX_TOKENS.default(2048),
})
export type PlanDecoding = z.infer<typeof planDecodingSchema>

const promptsSchema = z
  .record(nameSchema, nameSchema)
  .default({})
  .describe('Prompt id -> hash of the stored version to use; the others are those of the program.')

const backendSchema = nameSchema.min(1)

/** One evolver: a model with its decoding and prompts. */
export const planArmSchema = z.object({
  key: keySchema.regex(/^[a-z0-9-]{1,40}$/),
  label: z.string().min(1).max(80),
  armClass: z.enum(ARM_CLASSES).default('other'),
  backend: backendSchema.describe('Backend of the evolver, by id or label.'),
  decoding: planDecodingSchema.prefault({}),
  prompts: promptsSchema,
})
export type PlanArm = z.infer<typeof planArmSchema>

/** The model that answers the rows of all arms. */
export const planWriterSchema = z.object({
  backend: backendSchema,
  mode: z
    .enum(['templates', 'chat'])
    .default('templates')
    .describe('Two templates (with and without input), or the row as one chat message.'),
  temperature: z.number().min(0).max(2).default(0),
  topP: z.number().gt(0).max(1).default(1),
  seed: z.number().int().min(0).default(1),
  maxTokens: MAX_TOKENS.default(2048),
  prompts: promptsSchema,
})
export type PlanWriter = z.infer<typeof planWriterSchema>

/** An experiment: what is evolved, how, by whom, who answers, and what is measured afterwards. */
export const planSchema = z
  .object({
    /** Version of this format. */
    evolens_plan: z.literal(1).default(1),
    name: z.string().min(1).max(LIMITS.viewName),
    seeds: z
      .object({
        sets: namesSchema.default([]).describe('Seed sets by key; empty = all.'),
        filter: rowFilterSchema.exactOptional().describe('Which of their rows are taken.'),
        rows: z
          .number()
          .int()
          .min(1)
          .nullable()
          .default(null)
          .describe('So many rows of each seed set, drawn by the seed; null = all.'),
        seed: z.number().int().min(0).default(1),
      })
      .prefault({}),
    scenario: scenarioSchema,
    arms: z
      .array(planArmSchema)
      .min(1)
      .max(MOST_ARMS)
      .refine(
        (arms) => new Set(arms.map(({ key }) => key)).size === arms.length,
        'Two evolvers have the same key.',
      ),
    responses: planWriterSchema.nullable().default(null),
    judge: z
      .object({ backend: backendSchema, prompts: promptsSchema })
      .nullable()
      .default(null)
      .describe('The judge model, where a stage needs one.'),
    measures: z
      .object({
        metrics: z
          .array(z.object({ metric: nameSchema, params: settingsSchema.default({}) }))
          .max(LIMITS.list),
        backends: z.record(nameSchema, nameSchema).default({}),
      })
      .nullable()
      .default(null)
      .describe('Metrics that are computed when all rows are there.'),
    /** What each stage of each arm may use up before it pauses; null = no limit. */
    budget: budgetSchema.nullable().default(null),
  })
  .describe('Plan of an experiment.')
export type Plan = z.infer<typeof planSchema>
