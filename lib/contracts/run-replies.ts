import { z } from 'zod'
import { texts } from './fields'
import { jobSchema } from './job'
import { runInfoSchema } from './study'

/** What a request started. A run without a job has nothing missing. */
export const startedRunsSchema = z.object({
  runs: z.array(runInfoSchema),
  jobs: z.array(jobSchema),
  /** Metrics that cannot run here, with the reason and the remedy. */
  blocked: z.array(z.object({ metric: z.string(), reason: z.string() })),
})
export type StartedRuns = z.infer<typeof startedRunsSchema>

/** A run's provenance with what its hashes stand for: everything needed to repeat or to doubt a number. */
export const runCardSchema = z.object({
  run: runInfoSchema,
  /** Formula and source of the metric as this version has them; null where it does not know the metric. */
  metric: z
    .object({
      ...texts('id', 'label', 'formula', 'source'),
      version: z.number(),
    })
    .nullable(),
  /** Which weights scored and the error to expect of them; null for metrics that score no given text. */
  accuracy: z.object({ weights: z.string(), error: z.string() }).nullable(),
  /** How the model that the run's backend has now differs from the run's, in words; null where it does not, or nobody knows. */
  otherModel: z.string().nullable(),
  /** Texts of the prompts; only those whose hash is the one that the run used. */
  prompts: z.array(
    z.object({
      ...texts('id', 'version', 'hash', 'text'),
      /** Under which it is stored; null when no stored version has this text. */
      name: z.string().nullable(),
    }),
  ),
})
export type RunCard = z.infer<typeof runCardSchema>
