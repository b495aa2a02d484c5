import { z } from 'zod'
import {
  formulaPreviewSchema,
  formulaRequestSchema,
  formulaSchema,
  formulaTextSchema,
} from '@/lib/contracts/formula'
import { nameSchema } from '@/lib/contracts/limits'
import { collection, patch, post, undoable } from './endpoint'

export const [listFormulasEndpoint, addFormulaEndpoint] = collection(
  '/studies/[studyId]/formulas',
  {
    lists: 'Lists the formula columns of a study, oldest first.',
    adds: 'Makes a column of a formula; an error says where the formula goes wrong.',
    body: formulaRequestSchema,
    item: formulaSchema,
  },
)

export const previewFormulaEndpoint = post('/studies/[studyId]/formulas/preview', {
  summary: 'Says what a formula would give: type, histogram, missing values by reason, ten rows.',
  body: z.object({
    text: formulaTextSchema,
    /** Column that is being changed; it cannot read itself. */
    own: nameSchema.nullable().default(null),
  }),
  reply: formulaPreviewSchema,
})

export const changeFormulaEndpoint = patch('/studies/[studyId]/formulas/[formulaId]', {
  summary: 'Gives a formula column a new version under the same column id.',
  body: formulaRequestSchema,
  reply: formulaSchema,
})

export const [deleteFormulaEndpoint, restoreFormulaEndpoint] = undoable(
  '/studies/[studyId]/formulas/[formulaId]',
  'a formula column',
  formulaSchema,
)
