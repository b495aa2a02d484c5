import { z } from 'zod'
import {
  promptDraftSchema,
  promptInfoSchema,
  promptRowSchema,
  promptTrialSchema,
} from '@/lib/contracts/prompts'
import { endpoint } from './endpoint'
import { startedJobSchema } from './jobs'
import { integerParam } from './params'

export const listPromptsEndpoint = endpoint({
  method: 'GET',
  path: '/prompts',
  summary: 'Lists every prompt with its versions.',
  reply: z.array(promptInfoSchema),
})

export const savePromptEndpoint = endpoint({
  method: 'POST',
  path: '/prompts',
  summary: 'Stores a new version of a prompt, or a new rubric.',
  body: promptDraftSchema,
  reply: promptInfoSchema,
})

export const getPromptEndpoint = endpoint({
  method: 'GET',
  path: '/prompts/[promptId]',
  summary: 'Returns one prompt with its versions.',
  reply: promptInfoSchema,
})

export const deleteRubricEndpoint = endpoint({
  method: 'DELETE',
  path: '/prompts/[promptId]',
  summary: 'Deletes a rubric and names the versions with which it can be restored.',
  reply: z.object({ versionIds: z.array(z.string()) }),
})

export const promptRowsEndpoint = endpoint({
  method: 'GET',
  path: '/prompts/rows',
  summary: 'Draws rows of a study for previews of a prompt.',
  query: z.object({
    studyId: z.string(),
    seed: integerParam({ min: Number.MIN_SAFE_INTEGER }).prefault(1),
    count: integerParam({ min: 1, max: 10 }).prefault(5),
  }),
  reply: z.array(promptRowSchema),
})

export const tryPromptEndpoint = endpoint({
  method: 'POST',
  path: '/prompts/try',
  summary: 'Asks a backend with a draft about a few rows, as a job.',
  body: promptTrialSchema,
  reply: startedJobSchema,
})

export const deletePromptVersionEndpoint = endpoint({
  method: 'DELETE',
  path: '/prompts/versions/[versionId]',
  summary: 'Deletes a version of a prompt; it can be restored for 7 days.',
})

export const restorePromptVersionEndpoint = endpoint({
  method: 'POST',
  path: '/prompts/versions/[versionId]/restore',
  summary: 'Undoes the deletion of a version.',
  reply: promptInfoSchema,
})
