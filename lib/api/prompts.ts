import { z } from 'zod'
import {
  promptDraftSchema,
  promptInfoSchema,
  promptRowSchema,
  promptTrialSchema,
} from '@/lib/contracts/prompts'
import { collection, get, remove, undoable } from './endpoint'
import { startsJob } from './jobs'
import { integerParam } from './params'

export const [listPromptsEndpoint, savePromptEndpoint] = collection('/prompts', {
  lists: 'Lists every prompt with its versions.',
  adds: 'Stores a new version of a prompt, or a new rubric.',
  body: promptDraftSchema,
  item: promptInfoSchema,
})

export const getPromptEndpoint = get('/prompts/[promptId]', {
  summary: 'Returns one prompt with its versions.',
  reply: promptInfoSchema,
})

export const deleteRubricEndpoint = remove('/prompts/[promptId]', {
  summary: 'Deletes a rubric and names the versions with which it can be restored.',
  reply: z.object({ versionIds: z.array(z.string()) }),
})

export const promptRowsEndpoint = get('/prompts/rows', {
  summary: 'Draws rows of a study for previews of a prompt.',
  query: z.object({
    studyId: z.string(),
    seed: integerParam({ min: Number.MIN_SAFE_INTEGER }).prefault(1),
    count: integerParam({ min: 1, max: 10 }).prefault(5),
  }),
  reply: z.array(promptRowSchema),
})

export const tryPromptEndpoint = startsJob('/prompts/try', {
  summary: 'Asks a backend with a draft about a few rows, as a job.',
  body: promptTrialSchema,
})

export const [deletePromptVersionEndpoint, restorePromptVersionEndpoint] = undoable(
  '/prompts/versions/[versionId]',
  'a version of a prompt',
  promptInfoSchema,
)
