import { z } from 'zod'
import { route } from '@/lib/http/route'
import { restorePromptVersion } from '@/lib/services/prompts'

export const POST = route({
  params: z.object({ versionId: z.string() }),
  handler: ({ ctx, params }) => restorePromptVersion(ctx.db, params.versionId),
})
