import { z } from 'zod'
import { rowFilterSchema } from './filter'

/** Which rows a run covers: all, a filter, or the same seeded sample of slots on every arm. */
export const rowSetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('filter'), filter: rowFilterSchema }),
  z.object({
    kind: z.literal('sample'),
    slots: z.number().int().min(1).describe('Number of seed slots drawn from each seed set.'),
    seed: z
      .number()
      .int()
      .describe('Seed of the draw; the same slots are used on every arm and round.'),
  }),
])
export type RowSet = z.infer<typeof rowSetSchema>

export interface PromptCard {
  id: string
  version: string
  hash: string
}

/** The hashed half of a card. Two series may share an axis only when their hashes are equal. */
export interface RunDefinition {
  metric: string
  metricVersion: number
  params: Record<string, unknown>
  /** ModelIdentity of lib/backends, as plain data; null for metrics that need no model. */
  model: Record<string, unknown> | null
  prompts: PromptCard[]
}

/** The half of a card that is not hashed. */
export interface RunRecord {
  backendLabel: string | null
  /**
   * Id of the model behind the server that computes the run, by its answer to a fixed question. Null or absent for a model
   * in this process, before the first job, and in runs from before models were recognised so.
   */
  fingerprint?: string | null
  /** When work on the run began, its backend being open; not when its first results were stored. */
  startedAt: number | null
  finishedAt: number | null
  rows: number
  valued: number
  /** Status name -> rows. */
  reasons: Record<string, number>
  promptTokens: number
  completionTokens: number
  scoredTokens: number
  embeddedTokens: number
  cachedRequests: number
  requests: number
  retries: number
  activeMs: number
  /** Per cell aggregates that the metric reports (norms, counts). */
  notes: Record<string, unknown>
  appVersion: string
  /**
   * Only where values came recorded with the sample study: by which command, when, by which version, and of how many
   * rows. Rows that were computed or retried here are not among them.
   */
  recorded?: { command: string; at: number; appVersion: string; rows: number }
}
