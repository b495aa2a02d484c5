import { z } from 'zod'
import { LIMITS, nameSchema } from '@/lib/contracts/limits'
import { route } from '@/lib/http/route'
import { annotate, listAnnotations } from '@/lib/services/rows/annotations'
import { getStudy } from '@/lib/services/studies'

const params = z.object({ studyId: z.string() })

// One batch is one transaction: what a selection on one screen can hold, with room to spare.
const MAX_ROWS = 10_000

const rowSchema = z.object({ cellId: nameSchema, idx: z.number().int().min(0) })

const decision = z.object({
  kind: z.enum(['star', 'drop', 'note']),
  value: z.string().max(LIMITS.note).nullable().default(null),
  reason: z.string().max(LIMITS.reason).nullable().default(null),
})

const body = z.union([
  decision.extend({ rows: z.array(rowSchema).min(1).max(MAX_ROWS) }),
  decision.extend(rowSchema.shape).transform(({ cellId, idx, ...rest }) => ({
    ...rest,
    rows: [{ cellId, idx }],
  })),
])

export const GET = route({
  params,
  handler({ ctx, params: { studyId } }) {
    getStudy(ctx.db, studyId)
    return { entries: listAnnotations(ctx.db, studyId) }
  },
})

export const POST = route({
  params,
  body,
  handler({ ctx, params: { studyId }, body: input }) {
    getStudy(ctx.db, studyId)
    const nos = annotate(ctx.db, studyId, input)
    return { no: nos[0], nos }
  },
})
