import { restorePromptVersionEndpoint } from '@/lib/api/prompts'
import { serve } from '@/lib/http/route'
import { restorePromptVersion } from '@/lib/services/prompts'

export const POST = serve(restorePromptVersionEndpoint, ({ ctx, params }) =>
  restorePromptVersion(ctx.db, params.versionId),
)
