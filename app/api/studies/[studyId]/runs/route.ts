import { z } from 'zod'
import { route } from '@/lib/http/route'
import { listRuns } from '@/lib/services/runs'
import { getStudy } from '@/lib/services/studies'

export const GET = route({
  params: z.object({ studyId: z.string() }),
  handler({ ctx, params }) {
    getStudy(ctx.db, params.studyId)
    return listRuns(ctx.db, params.studyId)
  },
})
