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

const mostDrawn = z.number().int().min(1).nullable().default(null)

/** Constraints with checking functions, joined with queries (AutoIF). */
export const autoIfSchema = z.object({
  kind: z.literal('autoif'),
  constraints: z
    .string()
    .max(100_000)
    .nullable()
    .default(null)
    .describe('Constraints to begin with, one a line; null = those of the program.'),
  requests: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(100)
    .describe('Requests for more constraints.'),
  perRequest: z.number().int().min(1).max(200).default(50).describe('Constraints a request asks.'),
  samples: z
    .number()
    .int()
    .min(1)
    .max(32)
    .default(8)
    .describe('Checking functions, with cases, that are asked for each constraint.'),
  accuracy: z
    .number()
    .gt(0)
    .max(1)
    .default(0.8)
    .describe('Share of the confirmed cases that a function has to get right.'),
  minFunctions: z
    .number()
    .int()
    .min(1)
    .max(32)
    .default(1)
    .describe(
      'Different functions that a constraint needs before they are run; the original asks 3.',
    ),
  minCases: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe('Different cases that a constraint needs before they are run; the original asks 10.'),
  equal: z
    .boolean()
    .default(true)
    .describe('As many constraints of each evolver as the one with the fewest has.'),
  draw: mostDrawn.describe('At most so many constraints of each evolver; null = no limit.'),
  queries: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(16)
    .describe(
      'Queries that each constraint is joined with. The seeds of the plan are the queries.',
    ),
  seed: z.number().int().min(0).default(0).describe('Decides which constraints and queries.'),
  backTranslation: z
    .boolean()
    .default(false)
    .describe(
      'Has each function described in words; the judge model leaves out those that contradict their constraint.',
    ),
  queryScore: z
    .number()
    .int()
    .min(1)
    .max(10)
    .nullable()
    .default(null)
    .describe(
      'The judge model scores from 1 to 10 how well constraint and query fit; pairs below this are left out. null = not scored.',
    ),
})

/** One pass in which the model finds its own methods (Auto Evol-Instruct). */
export const autoEvolSchema = z.object({
  kind: z.literal('auto-evol'),
  equal: z
    .boolean()
    .default(true)
    .describe(
      'Keeps the rows of seeds of which every evolver has one, so that rows are paired; otherwise rows that failed keep their place without a text.',
    ),
  draw: mostDrawn.describe(
    'At most so many rows of each seed set, the same seeds for every evolver; null = no limit.',
  ),
  seed: z.number().int().min(0).default(0).describe('Decides which seeds are drawn.'),
  keywords: z
    .boolean()
    .default(true)
    .describe(
      'Has the judge model name each method by a phrase; the phrases of a row are a column of tags.',
    ),
  optimiseSteps: z
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe(
      'Steps in which the judge model revises the prompt before the pass, as the original method does; 0 = none, as in the study.',
    ),
  candidates: z
    .number()
    .int()
    .min(1)
    .max(10)
    .default(3)
    .describe('Revised prompts of each step of optimisation.'),
  batch: z
    .number()
    .int()
    .min(1)
    .max(50)
    .default(10)
    .describe('Seeds of each step whose evolution the judge model looks at.'),
  batchRounds: z
    .number()
    .int()
    .min(1)
    .max(5)
    .default(2)
    .describe('Rounds in which each of them is evolved.'),
  development: z
    .number()
    .int()
    .min(1)
    .max(500)
    .default(50)
    .describe('Seeds on which the failures of each prompt are counted.'),
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
