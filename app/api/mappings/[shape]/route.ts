import { forgetMappingEndpoint } from '@/lib/api/imports'
import { serve } from '@/lib/http/route'
import { forgetMapping } from '@/lib/services/imports/remembered'

export const DELETE = serve(forgetMappingEndpoint, ({ ctx, params }) => {
  forgetMapping(ctx.db, params.shape)
})
