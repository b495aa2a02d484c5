import { promptDraftSchema } from '@/lib/contracts/prompts'
import { route } from '@/lib/http/route'
import { listPrompts, savePrompt } from '@/lib/services/prompts'

export const GET = route({ handler: ({ ctx }) => listPrompts(ctx.db) })

export const POST = route({
  body: promptDraftSchema,
  handler: ({ ctx, body }) => savePrompt(ctx.db, body),
})
