import { z } from 'zod'
import { LIMITS } from '@/lib/contracts/limits'
import { route } from '@/lib/http/route'
import { warmReader } from '@/lib/services/queries/client'
import { deleteStudy, updateStudy } from '@/lib/services/studies'
import { getStudyDetail } from '@/lib/services/studies/detail'

const params = z.object({ studyId: z.string() })

export const GET = route({
  params,
  handler: ({ ctx, params: { studyId } }) => {
    // Whoever opens a study will look at figures or a comparison next.
    warmReader(ctx.db)
    return getStudyDetail(ctx.db, studyId)
  },
})

export const PATCH = route({
  params,
  body: z.object({
    name: z.string().optional(),
    description: z.string().max(LIMITS.description).optional(),
    notice: z.string().max(LIMITS.notice).nullable().optional(),
  }),
  handler: ({ ctx, params: { studyId }, body }) => updateStudy(ctx.db, studyId, body),
})

export const DELETE = route({
  params,
  handler: ({ ctx, params: { studyId } }) => deleteStudy(ctx.db, studyId),
})
