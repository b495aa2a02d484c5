import { storageEndpoint } from '@/lib/api/system'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'
import { storageFiles } from '@/lib/services/studies/storage'

export const GET = serve(storageEndpoint, async ({ ctx, signal }) => {
  const studies = await read(ctx.db, 'storage', [], signal)
  return { studies, files: await storageFiles(ctx.db, ctx.config.dataDir, studies) }
})
