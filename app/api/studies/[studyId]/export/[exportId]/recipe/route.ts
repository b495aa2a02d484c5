import { exportRecipeEndpoint } from '@/lib/api/export'
import { serve } from '@/lib/http/route'
import { exportRecipe } from '@/lib/services/exports'

export const GET = serve(exportRecipeEndpoint, ({ ctx, params }) => {
  const { fileName, text } = exportRecipe(ctx.db, params.studyId, params.exportId)
  return new Response(text, {
    headers: {
      'content-type': 'application/yaml; charset=utf-8',
      'content-disposition': `attachment; filename="${fileName}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
})
