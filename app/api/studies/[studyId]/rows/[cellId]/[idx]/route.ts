import { z } from 'zod'
import { route } from '@/lib/http/route'
import { getRowDetail } from '@/lib/services/rows/detail'
import { getStudy } from '@/lib/services/studies'

export const GET = route({
  params: z.object({
    studyId: z.string(),
    cellId: z.string(),
    idx: z.coerce.number().int().min(0),
  }),
  handler({ ctx, params: { studyId, cellId, idx } }) {
    getStudy(ctx.db, studyId)
    return getRowDetail(ctx.db, studyId, cellId, idx)
  },
})
