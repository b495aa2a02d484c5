import { restoreExperimentEndpoint } from '@/lib/api/experiments'
import { serve } from '@/lib/http/route'
import { getExperiment, restoreExperiment } from '@/lib/services/experiments'

export const POST = serve(
  restoreExperimentEndpoint,
  ({ ctx, params: { studyId, experimentId } }) => {
    restoreExperiment(ctx.db, studyId, experimentId)
    return getExperiment(ctx.db, studyId, experimentId)
  },
)
