import { z } from 'zod'
import {
  promptDraftSchema,
  promptInfoSchema,
  promptRowSchema,
  promptTrialSchema,
} from '@/lib/contracts/prompts'
import { get, post, remove } from './endpoint'
import { startsJob } from './jobs'
import { integerParam } from './params'

/** Lists every prompt with its versions. */
export const listPromptsEndpoint = get('/prompts', { reply: z.array(promptInfoSchema) })

/** Stores a new version of a prompt, or a new rubric. */
export const savePromptEndpoint = post('/prompts', {
  body: promptDraftSchema,
  reply: promptInfoSchema,
})

/** Returns one prompt with its versions. */
export const getPromptEndpoint = get('/prompts/[promptId]', { reply: promptInfoSchema })

/** Deletes a rubric and names the versions with which it can be restored. */
export const deleteRubricEndpoint = remove('/prompts/[promptId]', {
  reply: z.object({ versionIds: z.array(z.string()) }),
})

/** Draws rows of a study for previews of a prompt. */
export const promptRowsEndpoint = get('/prompts/rows', {
  query: z.object({
    studyId: z.string(),
    seed: integerParam({ min: Number.MIN_SAFE_INTEGER }).prefault(1),
    count: integerParam({ min: 1, max: 10 }).prefault(5),
  }),
  reply: z.array(promptRowSchema),
})

/** Asks a backend with a draft about a few rows, as a job. */
export const tryPromptEndpoint = startsJob('/prompts/try', { body: promptTrialSchema })

/** Deletes a version of a prompt; it can be restored for 7 days. */
export const deletePromptVersionEndpoint = remove('/prompts/versions/[versionId]')

/** Undoes the deletion of a version of a prompt. */
export const restorePromptVersionEndpoint = post('/prompts/versions/[versionId]/restore', {
  reply: promptInfoSchema,
})
