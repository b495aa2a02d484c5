import { continueExperimentEndpoint } from '@/lib/api/experiments'
import { serve } from '@/lib/http/route'
import { continueExperiment } from '@/lib/services/experiments/continue'

export const POST = serve(continueExperimentEndpoint, ({ ctx, params }) =>
  continueExperiment(ctx.db, params.studyId, params.experimentId),
)
