import { z } from 'zod'
import { namesSchema } from './limits'

/** Ways of choosing the operator of a row. */
export const OPERATOR_ORDERS = ['rotation', 'random', 'weights'] as const

/** Why a reply of Evol-Instruct can be thrown away. */
export const ELIMINATIONS = ['copy', 'refusal', 'equal'] as const

/** Evolving by rounds of single operators (Evol-Instruct). */
export const evolInstructSchema = z.object({
  kind: z.literal('evol-instruct'),
  rounds: z
    .number()
    .int()
    .min(1)
    .max(6)
    .default(3)
    .describe('Rounds of evolution after the seeds.'),
  order: z
    .enum(OPERATOR_ORDERS)
    .default('rotation')
    .describe(
      'Operator of a row: by rotation over rows and rounds as in the study, drawn by the seed, or drawn by weights.',
    ),
  weights: z
    .record(z.string().max(40), z.number().min(0))
    .exactOptional()
    .describe('Operator -> weight, for the order "weights".'),
  breadth: z
    .union([z.boolean(), namesSchema])
    .default(false)
    .describe('Adds the breadth operator: for all seed sets, or for those named.'),
  eliminate: z
    .array(z.enum(ELIMINATIONS))
    .default([])
    .describe(
      'Replies that are thrown away: copies of the parent, refusals (both by the rules of evolution health), and instructions equal to their parent by the judge model. The row keeps its place without a text, and the next round starts from its parent.',
    ),
  retries: z
    .number()
    .int()
    .min(0)
    .max(5)
    .default(2)
    .describe(
      'With eliminate: further tries of a row that failed, with other random seeds; none where decoding is greedy.',
    ),
})

/** Constraints with checking functions, joined with queries (AutoIF). */
export const autoIfSchema = z.object({
  kind: z.literal('autoif'),
})

/** One pass in which the model finds its own methods (Auto Evol-Instruct). */
export const autoEvolSchema = z.object({
  kind: z.literal('auto-evol'),
})

/** Names of the scenarios, for people. */
export const SCENARIO_LABEL = {
  'evol-instruct': 'Evol-Instruct',
  autoif: 'AutoIF',
  'auto-evol': 'Auto Evol-Instruct',
} as const

/** What is done with the seeds. */
export const scenarioSchema = z.discriminatedUnion('kind', [
  evolInstructSchema,
  autoIfSchema,
  autoEvolSchema,
])
export type EvolInstructOptions = z.infer<typeof evolInstructSchema>
export type AutoIfOptions = z.infer<typeof autoIfSchema>
export type AutoEvolOptions = z.infer<typeof autoEvolSchema>
