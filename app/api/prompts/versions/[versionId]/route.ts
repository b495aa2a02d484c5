import { deletePromptVersionEndpoint } from '@/lib/api/prompts'
import { serve } from '@/lib/http/route'
import { deletePromptVersion } from '@/lib/services/prompts'

export const DELETE = serve(deletePromptVersionEndpoint, ({ ctx, params }) =>
  deletePromptVersion(ctx.db, params.versionId),
)
