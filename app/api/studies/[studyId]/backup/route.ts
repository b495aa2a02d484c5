import { startBackupEndpoint } from '@/lib/api/backup'
import { serve } from '@/lib/http/route'
import { startBackup } from '@/lib/services/backup'

export const POST = serve(startBackupEndpoint, ({ ctx, params }) => ({
  job: startBackup(ctx, params.studyId),
}))
