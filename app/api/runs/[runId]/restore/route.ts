import { restoreRunEndpoint } from '@/lib/api/runs'
import { serve } from '@/lib/http/route'
import { restoreRun } from '@/lib/services/runs'

export const POST = serve(restoreRunEndpoint, ({ ctx, params }) => restoreRun(ctx.db, params.runId))
