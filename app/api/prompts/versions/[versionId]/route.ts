import { z } from 'zod'
import { route } from '@/lib/http/route'
import { deletePromptVersion } from '@/lib/services/prompts'

export const DELETE = route({
  params: z.object({ versionId: z.string() }),
  handler: ({ ctx, params }) => deletePromptVersion(ctx.db, params.versionId),
})
