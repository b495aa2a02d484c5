import { route } from '@/lib/http/route'
import { listModels } from '@/lib/services/models'

export const GET = route({ handler: ({ ctx }) => listModels(ctx) })
