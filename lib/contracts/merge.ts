import { z } from 'zod'
import { numbers, texts } from './fields'
import { keySchema, LIMITS, nameSchema } from './limits'

const keys = z.record(keySchema, keySchema).default({})

/** Which study is added to which, and what becomes of keys that both have. */
export const mergeRequestSchema = z.object({
  with: nameSchema.describe('Id of the study that is added.'),
  name: z.string().min(1).max(LIMITS.studyName).describe('Name of the new study.'),
  arms: keys.describe(
    'Key of an evolver of the added study -> its key in the new study. The same key says that both are one evolver.',
  ),
  seedSets: keys.describe(
    'Key of a seed set of the added study -> its key in the new study. Without an entry it keeps its key, and equal keys are one seed set.',
  ),
})
export type MergeRequest = z.infer<typeof mergeRequestSchema>

/** What a merge would come to; it can be started when there is no problem. */
export const mergePlanSchema = z.object({
  /** Keys of evolvers that both studies have and of which nothing is said. */
  asked: z.array(z.object(texts('key', 'label', 'otherLabel'))),
  files: z.array(
    z.object({
      ...texts('seedSetKey'),
      armKey: z.string().nullable(),
      ...numbers('round', 'rows'),
      /** `known` files are in both studies and are kept once. */
      outcome: z.enum(['added', 'known', 'conflict']),
    }),
  ),
  problems: z.array(z.string()),
  /** What of the added study the new one will not have. */
  leftOut: z.array(z.string()),
})
export type MergePlan = z.infer<typeof mergePlanSchema>

/** What came of a merge: the result of its job. */
export const mergedSchema = z.object({
  ...texts('studyId', 'name'),
  notes: z.array(z.string()),
})
