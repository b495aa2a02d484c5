import { promptTrialSchema } from '@/lib/contracts/prompts'
import { route } from '@/lib/http/route'
import { tryPrompt } from '@/lib/services/prompts/trial'

export const POST = route({
  body: promptTrialSchema,
  handler: ({ ctx, body }) => ({ job: tryPrompt(ctx, body) }),
})
