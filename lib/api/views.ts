import { z } from 'zod'
import {
  checkedViewSchema,
  savedViewSchema,
  viewFileSchema,
  viewInputSchema,
} from '@/lib/contracts/views'
import { collection, get, post, remove } from './endpoint'

const example = {
  name: 'hard rows',
  state: { page: 'rows', params: { sort: '-mnd.mnd', filter: '{"rounds":[3]}' } },
}

export const [listViewsEndpoint, saveViewEndpoint] = collection('/studies/[studyId]/views', {
  lists: 'Lists the saved views of a study, oldest first.',
  adds: 'Saves what a page shows under a name; a view of the same name is replaced.',
  body: viewInputSchema,
  example: { body: example },
  item: savedViewSchema,
})

export const viewFileEndpoint = get('/studies/[studyId]/views/[viewId]', {
  summary: 'Returns a saved view as a file.',
  reply: viewFileSchema,
})

export const checkViewEndpoint = post('/studies/[studyId]/views/check', {
  summary: 'Reads a view file and says what of it the study lacks; nothing is saved.',
  body: z.object({ text: z.string() }),
  example: {
    body: {
      text: JSON.stringify({ evolens_view: 1, study: { id: 'a', name: 'A' }, ...example }),
    },
  },
  reply: checkedViewSchema,
})

export const deleteViewEndpoint = remove('/studies/[studyId]/views/[viewId]', {
  summary: 'Deletes a saved view.',
})
