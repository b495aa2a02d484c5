import { fetchModelEndpoint } from '@/lib/api/models'
import { serve } from '@/lib/http/route'
import { requestModel } from '@/lib/services/models'

export const POST = serve(fetchModelEndpoint, ({ ctx, params }) => ({
  job: requestModel(ctx, params.modelId),
}))
