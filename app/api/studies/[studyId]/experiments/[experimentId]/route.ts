import {
  changePlanEndpoint,
  deleteExperimentEndpoint,
  experimentEndpoint,
} from '@/lib/api/experiments'
import { serve } from '@/lib/http/route'
import { deleteExperiment, getExperiment } from '@/lib/services/experiments'
import { changePlan } from '@/lib/services/experiments/change'
import { withBackendIds } from '@/lib/services/experiments/plan-file'

export const GET = serve(experimentEndpoint, ({ ctx, params }) =>
  getExperiment(ctx.db, params.studyId, params.experimentId),
)

export const PATCH = serve(changePlanEndpoint, ({ ctx, params, body }) =>
  changePlan(ctx, params.studyId, params.experimentId, withBackendIds(ctx.db, body)),
)

export const DELETE = serve(deleteExperimentEndpoint, ({ ctx, params }) =>
  deleteExperiment(ctx.db, params.studyId, params.experimentId),
)
