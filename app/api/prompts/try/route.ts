import { tryPromptEndpoint } from '@/lib/api/prompts'
import { serve } from '@/lib/http/route'
import { tryPrompt } from '@/lib/services/prompts/trial'

export const POST = serve(tryPromptEndpoint, ({ ctx, body }) => ({ job: tryPrompt(ctx, body) }))
