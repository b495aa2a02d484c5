import { restoreFormulaEndpoint } from '@/lib/api/formulas'
import { serve } from '@/lib/http/route'
import { restoreFormula } from '@/lib/services/formulas'

export const POST = serve(restoreFormulaEndpoint, ({ ctx, params }) =>
  restoreFormula(ctx.db, params.studyId, params.formulaId),
)
