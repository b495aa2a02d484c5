import { changeFormulaEndpoint, deleteFormulaEndpoint } from '@/lib/api/formulas'
import { serve } from '@/lib/http/route'
import { changeFormula, deleteFormula } from '@/lib/services/formulas'

export const PATCH = serve(changeFormulaEndpoint, ({ ctx, params, body }) =>
  changeFormula(ctx.db, params.studyId, params.formulaId, body),
)

export const DELETE = serve(deleteFormulaEndpoint, ({ ctx, params }) =>
  deleteFormula(ctx.db, params.studyId, params.formulaId),
)
