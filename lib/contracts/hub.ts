import { z } from 'zod'
import { numbers, texts } from './fields'
import { LIMITS } from './limits'
import { previewRequestSchema } from './uploads'

/** A data set of a hub: `org/name`, or the bare name of an old one. */
export const hubNameSchema = z
  .string()
  .max(200)
  .regex(
    /^(?!\.)[\w.-]+(?:\/(?!\.)[\w.-]+)?$/,
    'Write the name as the hub shows it: org/name, without the address before it.',
  )

/** A branch, a tag or a commit. */
export const hubRevisionSchema = z
  .string()
  .max(200)
  .regex(/^(?!.*\.\.)[\w][\w./-]*$/, 'A revision is the name of a branch or tag, or a commit.')

/** Part of a data set by its names. */
const partNameSchema = z.object({
  config: z.string().max(LIMITS.path),
  split: z.string().max(LIMITS.path),
})

/** What a hub says of a data set, before anything is fetched. */
export const hubDatasetSchema = z.object({
  name: hubNameSchema,
  /** The commit that the revision means now; this one is fetched. */
  commit: z.string(),
  parts: z.array(
    z.object({
      ...texts('config', 'split', 'name'),
      ...numbers('files', 'sizeBytes'),
      /** Why it cannot be imported; null when it can. */
      reason: z.string().nullable(),
    }),
  ),
})
export type HubDataset = z.infer<typeof hubDatasetSchema>

/** Parts of a data set to be fetched. */
export const hubRequestSchema = z.object({
  name: hubNameSchema,
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  parts: z.array(partNameSchema).min(1).max(LIMITS.plans),
})
export type HubRequest = z.infer<typeof hubRequestSchema>

/** What the job leaves that fetched them. */
export const hubResultSchema = z.object({ uploads: z.array(previewRequestSchema) })
