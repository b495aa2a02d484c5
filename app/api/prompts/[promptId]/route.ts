import { z } from 'zod'
import { route } from '@/lib/http/route'
import { deleteRubric, getPromptInfo } from '@/lib/services/prompts'

const params = z.object({ promptId: z.string() })

export const GET = route({
  params,
  handler: ({ ctx, params: { promptId } }) => getPromptInfo(ctx.db, promptId),
})

export const DELETE = route({
  params,
  handler: ({ ctx, params: { promptId } }) => deleteRubric(ctx.db, promptId),
})
