import { downloadBackupEndpoint } from '@/lib/api/backup'
import { askedStretch, fileResponse } from '@/lib/http/file-response'
import { serve } from '@/lib/http/route'
import { readBackup } from '@/lib/services/backup'

export const GET = serve(downloadBackupEndpoint, async ({ ctx, params, request }) =>
  fileResponse(await readBackup(ctx, params.studyId, params.jobId, askedStretch(request))),
)
