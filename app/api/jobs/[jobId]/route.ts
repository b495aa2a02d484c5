import { getJobEndpoint } from '@/lib/api/jobs'
import { serve } from '@/lib/http/route'
import { getJobDetail } from '@/lib/services/jobs'

export const GET = serve(getJobEndpoint, ({ ctx, params }) => getJobDetail(ctx.db, params.jobId))
