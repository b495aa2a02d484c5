import { z } from 'zod'
import { JOB_STATES } from '@/lib/contracts/job'
import { route } from '@/lib/http/route'
import { listJobs } from '@/lib/services/jobs'

const state = z.enum(JOB_STATES)

export const GET = route({
  query: z.object({
    studyId: z.string().optional(),
    state: z.union([state, z.array(state)]).optional(),
    kind: z.string().optional(),
  }),
  handler: ({ ctx, query }) =>
    listJobs(ctx.db, {
      ...(query.studyId ? { studyId: query.studyId } : {}),
      ...(query.kind ? { kind: query.kind } : {}),
      ...(query.state ? { states: [query.state].flat() } : {}),
    }),
})
