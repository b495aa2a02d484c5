import { z } from 'zod'
import { savedViewSchema, viewStateSchema } from '@/lib/contracts/filter'
import { LIMITS } from '@/lib/contracts/limits'
import { get, post, remove } from './endpoint'

export const listViewsEndpoint = get('/studies/[studyId]/views', {
  summary: 'Lists the saved views of a study, oldest first.',
  reply: z.array(savedViewSchema),
})

export const saveViewEndpoint = post('/studies/[studyId]/views', {
  summary: 'Saves a view under a name; a view of the same name is replaced.',
  body: z.object({ name: z.string().trim().min(1).max(LIMITS.viewName), state: viewStateSchema }),
  reply: savedViewSchema,
})

export const deleteViewEndpoint = remove('/studies/[studyId]/views/[viewId]', {
  summary: 'Deletes a saved view.',
})
