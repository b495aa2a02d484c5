import { startImportEndpoint } from '@/lib/api/imports'
import { serve } from '@/lib/http/route'
import { startImport } from '@/lib/services/imports'

export const POST = serve(startImportEndpoint, async ({ ctx, params, body }) => ({
  jobs: [await startImport(ctx, params.studyId, body.plans, body.onFailure)],
}))
