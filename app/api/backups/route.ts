import { openBackupEndpoint } from '@/lib/api/backup'
import { serve } from '@/lib/http/route'
import { startOpening } from '@/lib/services/backup'

export const POST = serve(openBackupEndpoint, async ({ ctx, body }) => ({
  job: await startOpening(ctx, body.uploadId),
}))
