import { mapModelEndpoint } from '@/lib/api/results'
import { serve } from '@/lib/http/route'
import { mapModel } from '@/lib/services/results/models'

export const PATCH = serve(mapModelEndpoint, ({ ctx, params: { studyId }, body }) =>
  mapModel(ctx.db, studyId, body),
)
