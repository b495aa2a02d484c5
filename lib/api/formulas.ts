import { z } from 'zod'
import {
  formulaPreviewSchema,
  formulaRequestSchema,
  formulaSchema,
  formulaTextSchema,
} from '@/lib/contracts/formula'
import { nameSchema } from '@/lib/contracts/limits'
import { get, patch, post, remove, restoration } from './endpoint'

export const listFormulasEndpoint = get('/studies/[studyId]/formulas', {
  summary: 'Lists the formula columns of a study, oldest first.',
  reply: z.array(formulaSchema),
})

export const addFormulaEndpoint = post('/studies/[studyId]/formulas', {
  summary: 'Makes a column of a formula; an error says where the formula goes wrong.',
  body: formulaRequestSchema,
  reply: formulaSchema,
})

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

export const deleteFormulaEndpoint = remove('/studies/[studyId]/formulas/[formulaId]', {
  summary: 'Deletes a formula column; it can be restored for seven days.',
})

export const restoreFormulaEndpoint = restoration(
  '/studies/[studyId]/formulas/[formulaId]',
  'a formula column',
  formulaSchema,
)
