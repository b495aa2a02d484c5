import { deleteSubsetEndpoint, subsetFileEndpoint } from '@/lib/api/subsets'
import { safeName } from '@/lib/contracts/export'
import { serve } from '@/lib/http/route'
import { deleteSubset } from '@/lib/services/subsets'
import { ruleFileText } from '@/lib/services/subsets/rule-file'
import { storedSubset } from '@/lib/services/subsets/stored'

export const GET = serve(subsetFileEndpoint, ({ ctx, params: { studyId, subsetId } }) => {
  const subset = storedSubset(ctx.db, studyId, subsetId)
  return new Response(ruleFileText(subset), {
    headers: {
      'content-type': 'application/yaml; charset=utf-8',
      'content-disposition': `attachment; filename="${safeName(subset.name)}.subset.yaml"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
})

export const DELETE = serve(deleteSubsetEndpoint, ({ ctx, params: { studyId, subsetId } }) =>
  deleteSubset(ctx.db, studyId, subsetId),
)
