import { deleteExperimentEndpoint, experimentEndpoint } from '@/lib/api/experiments'
import { serve } from '@/lib/http/route'
import { deleteExperiment, getExperiment } from '@/lib/services/experiments'

export const GET = serve(experimentEndpoint, ({ ctx, params }) =>
  getExperiment(ctx.db, params.studyId, params.experimentId),
)

export const DELETE = serve(deleteExperimentEndpoint, ({ ctx, params }) =>
  deleteExperiment(ctx.db, params.studyId, params.experimentId),
)
