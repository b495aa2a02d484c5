import { deleteRubricEndpoint, getPromptEndpoint } from '@/lib/api/prompts'
import { serve } from '@/lib/http/route'
import { deleteRubric, getPromptInfo } from '@/lib/services/prompts'

export const GET = serve(getPromptEndpoint, ({ ctx, params }) =>
  getPromptInfo(ctx.db, params.promptId),
)

export const DELETE = serve(deleteRubricEndpoint, ({ ctx, params }) =>
  deleteRubric(ctx.db, params.promptId),
)
