import { previewFormulaEndpoint } from '@/lib/api/formulas'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const POST = serve(previewFormulaEndpoint, ({ ctx, params: { studyId }, body, signal }) =>
  read(ctx.db, 'formulaPreview', [studyId, body], signal),
)
