import { z } from 'zod'
import { rowFilterSchema } from './filter'
import { emptyMeter, meterSchema } from './meter'
import { plainObjectSchema } from './plain-object'

/** Which rows a run covers: all, a filter, or the same seeded sample of slots on every arm. */
export const rowSetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('filter'), filter: rowFilterSchema }),
  z.object({
    kind: z.literal('sample'),
    slots: z.number().int().min(1).describe('Number of seeds drawn from each seed set.'),
    seed: z
      .number()
      .int()
      .describe(
        'Random seed by which they are drawn; the same seeds are used for every evolver and round.',
      ),
  }),
])
export type RowSet = z.infer<typeof rowSetSchema>

const promptCardSchema = z.object({ id: z.string(), version: z.string(), hash: z.string() })

/** The hashed half of a card. Two series may share an axis only when their hashes are equal. */
export const runDefinitionSchema = z.object({
  metric: z.string(),
  metricVersion: z.number().int(),
  params: plainObjectSchema,
  /** ModelIdentity of lib/backends, as plain data; null for metrics that need no model. */
  model: plainObjectSchema.nullable(),
  prompts: z.array(promptCardSchema),
})
export type RunDefinition = z.infer<typeof runDefinitionSchema>

/** The half of a card that is not hashed. */
export const runRecordSchema = z.object({
  backendLabel: z.string().nullable(),
  /**
   * Id of the model behind the server that computes the run, by its answer to a fixed question. Null or absent for a model
   * in this process, before the first job, and in runs from before models were recognised so.
   */
  fingerprint: z.string().nullable().exactOptional(),
  /** When work on the run began, its backend being open; not when its first results were stored. */
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  rows: z.number(),
  valued: z.number(),
  /** Status name -> rows. */
  reasons: z.record(z.string(), z.number()),
  ...meterSchema.shape,
  activeMs: z.number(),
  /** Per cell aggregates that the metric reports (norms, counts). */
  notes: plainObjectSchema,
  appVersion: z.string(),
  /**
   * Only where values came recorded with the sample study: by which command, when, by which version, and of how many
   * rows. Rows that were computed or retried here are not among them.
   */
  recorded: z
    .object({ command: z.string(), at: z.number(), appVersion: z.string(), rows: z.number() })
    .exactOptional(),
})
export type RunRecord = z.infer<typeof runRecordSchema>

/** A record as it is stored: those from before a count existed lack it. */
export const storedRunRecordSchema = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...emptyMeter(), activeMs: 0, notes: {}, ...value }
      : value,
  runRecordSchema,
)
