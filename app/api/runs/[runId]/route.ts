import { z } from 'zod'
import { route } from '@/lib/http/route'
import { getRunCard } from '@/lib/services/runs/cards'
import { deleteRun } from '@/lib/services/runs'

const params = z.object({ runId: z.string() })

export const GET = route({
  params,
  handler: ({ ctx, params: { runId } }) => getRunCard(ctx.db, runId),
})

export const DELETE = route({
  params,
  handler: ({ ctx, params: { runId } }) => deleteRun(ctx.db, runId),
})
