import { pinRunEndpoint } from '@/lib/api/runs'
import { serve } from '@/lib/http/route'
import { pinRun } from '@/lib/services/runs'

export const POST = serve(pinRunEndpoint, ({ ctx, params }) => pinRun(ctx.db, params.runId))
