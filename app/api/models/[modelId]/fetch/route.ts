import { z } from 'zod'
import { route } from '@/lib/http/route'
import { requestModel } from '@/lib/services/models'

export const POST = route({
  params: z.object({ modelId: z.string() }),
  handler: ({ ctx, params }) => ({ job: requestModel(ctx, params.modelId) }),
})
