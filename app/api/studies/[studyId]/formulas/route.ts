import { addFormulaEndpoint, listFormulasEndpoint } from '@/lib/api/formulas'
import { serve } from '@/lib/http/route'
import { addFormula, listFormulas } from '@/lib/services/formulas'

export const GET = serve(listFormulasEndpoint, ({ ctx, params: { studyId } }) =>
  listFormulas(ctx.db, studyId),
)

export const POST = serve(addFormulaEndpoint, ({ ctx, params: { studyId }, body }) =>
  addFormula(ctx.db, studyId, body),
)
