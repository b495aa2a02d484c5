import { listPromptsEndpoint, savePromptEndpoint } from '@/lib/api/prompts'
import { serve } from '@/lib/http/route'
import { listPrompts, savePrompt } from '@/lib/services/prompts'

export const GET = serve(listPromptsEndpoint, ({ ctx }) => listPrompts(ctx.db))

export const POST = serve(savePromptEndpoint, ({ ctx, body }) => savePrompt(ctx.db, body))
