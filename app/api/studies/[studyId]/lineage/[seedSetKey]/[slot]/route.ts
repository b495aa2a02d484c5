import { lineageStoryEndpoint } from '@/lib/api/lineage'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(lineageStoryEndpoint, ({ ctx, params, signal }) => {
  const { studyId, ...seed } = params
  return read(ctx.db, 'lineageStory', [studyId, seed], signal)
})
