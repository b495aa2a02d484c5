import { readPlanEndpoint } from '@/lib/api/experiments'
import { serve } from '@/lib/http/route'
import { parsePlanFile } from '@/lib/services/experiments/plan-file'

export const POST = serve(readPlanEndpoint, ({ ctx, body }) => parsePlanFile(ctx.db, body.text))
