import { rememberedMappingsEndpoint } from '@/lib/api/imports'
import { serve } from '@/lib/http/route'
import { rememberedMappings } from '@/lib/services/imports/remembered'

export const GET = serve(rememberedMappingsEndpoint, ({ ctx }) => rememberedMappings(ctx.db))
