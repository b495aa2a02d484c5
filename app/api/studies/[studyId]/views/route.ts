import { z } from 'zod'
import { viewStateSchema } from '@/lib/contracts/filter'
import { LIMITS } from '@/lib/contracts/limits'
import { route } from '@/lib/http/route'
import { listViews, saveView } from '@/lib/services/studies/views'

const params = z.object({ studyId: z.string() })

export const GET = route({
  params,
  handler: ({ ctx, params: { studyId } }) => listViews(ctx.db, studyId),
})

export const POST = route({
  params,
  body: z.object({ name: z.string().trim().min(1).max(LIMITS.viewName), state: viewStateSchema }),
  handler: ({ ctx, params: { studyId }, body }) => saveView(ctx.db, studyId, body.name, body.state),
})
