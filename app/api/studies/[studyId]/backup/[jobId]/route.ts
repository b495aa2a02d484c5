import { downloadBackupEndpoint } from '@/lib/api/backup'
import { serve } from '@/lib/http/route'
import { readBackup } from '@/lib/services/backup'

export const GET = serve(downloadBackupEndpoint, async ({ ctx, params }) => {
  const { fileName, bytes, body } = await readBackup(ctx, params.studyId, params.jobId)
  // The name holds a-z, 0-9, "_", "-" and "." only, so it needs no quoting rules.
  return new Response(body, {
    headers: {
      'content-type': 'application/zip',
      'content-length': String(bytes),
      'content-disposition': `attachment; filename="${fileName}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
})
