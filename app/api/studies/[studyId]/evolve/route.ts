import { evolveEndpoint } from '@/lib/api/compute'
import { serve } from '@/lib/http/route'
import { startEvolving } from '@/lib/services/evolve'

export const POST = serve(evolveEndpoint, ({ ctx, params, body }) => ({
  job: startEvolving(ctx, params.studyId, body),
}))
