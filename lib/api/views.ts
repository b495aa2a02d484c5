import { z } from 'zod'
import { savedViewSchema, viewStateSchema } from '@/lib/contracts/filter'
import { LIMITS } from '@/lib/contracts/limits'
import { collection, remove } from './endpoint'

export const [listViewsEndpoint, saveViewEndpoint] = collection('/studies/[studyId]/views', {
  lists: 'Lists the saved views of a study, oldest first.',
  adds: 'Saves a view under a name; a view of the same name is replaced.',
  body: z.object({ name: z.string().trim().min(1).max(LIMITS.viewName), state: viewStateSchema }),
  item: savedViewSchema,
})

export const deleteViewEndpoint = remove('/studies/[studyId]/views/[viewId]', {
  summary: 'Deletes a saved view.',
})
