import { listModelsEndpoint } from '@/lib/api/models'
import { serve } from '@/lib/http/route'
import { listModels } from '@/lib/services/models'

export const GET = serve(listModelsEndpoint, ({ ctx }) => listModels(ctx))
