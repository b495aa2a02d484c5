import { listJobsEndpoint } from '@/lib/api/jobs'
import { serve } from '@/lib/http/route'
import { listJobs } from '@/lib/services/jobs'

export const GET = serve(listJobsEndpoint, ({ ctx, query: { studyId, kind, state } }) =>
  listJobs(ctx.db, {
    ...(studyId ? { studyId } : {}),
    ...(kind ? { kind } : {}),
    ...(state ? { states: [state].flat() } : {}),
  }),
)
