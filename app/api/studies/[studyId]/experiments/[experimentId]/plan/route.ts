import { planFileEndpoint } from '@/lib/api/experiments'
import { safeName } from '@/lib/contracts/export'
import { serve } from '@/lib/http/route'
import { planText } from '@/lib/services/experiments/plan-file'
import { experimentRow } from '@/lib/services/experiments/records'

export const GET = serve(planFileEndpoint, ({ ctx, params: { studyId, experimentId } }) => {
  const { plan } = experimentRow(ctx.db, experimentId, studyId)
  return new Response(planText(ctx.db, plan), {
    headers: {
      'content-type': 'application/yaml; charset=utf-8',
      'content-disposition': `attachment; filename="${safeName(plan.name)}.plan.yaml"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
})
