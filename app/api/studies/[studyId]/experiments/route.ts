import { listExperimentsEndpoint, startExperimentEndpoint } from '@/lib/api/experiments'
import { serve } from '@/lib/http/route'
import { listExperiments, startExperiment } from '@/lib/services/experiments'
import { withBackendIds } from '@/lib/services/experiments/plan-file'

export const GET = serve(listExperimentsEndpoint, ({ ctx, params: { studyId } }) =>
  listExperiments(ctx.db, studyId),
)

export const POST = serve(startExperimentEndpoint, ({ ctx, params: { studyId }, body }) =>
  startExperiment(ctx, studyId, withBackendIds(ctx.db, body)),
)
