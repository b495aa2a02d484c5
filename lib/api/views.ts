import { z } from 'zod'
import { savedViewSchema, viewStateSchema } from '@/lib/contracts/filter'
import { LIMITS } from '@/lib/contracts/limits'
import { get, post, remove } from './endpoint'

/** Lists the saved views of a study, oldest first. */
export const listViewsEndpoint = get('/studies/[studyId]/views', {
  reply: z.array(savedViewSchema),
})

/** Saves a view under a name; a view of the same name is replaced. */
export const saveViewEndpoint = post('/studies/[studyId]/views', {
  body: z.object({ name: z.string().trim().min(1).max(LIMITS.viewName), state: viewStateSchema }),
  reply: savedViewSchema,
})

/** Deletes a saved view. */
export const deleteViewEndpoint = remove('/studies/[studyId]/views/[viewId]')
