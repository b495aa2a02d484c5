import { listExportsEndpoint, startExportEndpoint } from '@/lib/api/export'
import { serve } from '@/lib/http/route'
import { listExports } from '@/lib/services/exports'
import { hasExportFile, startExport } from '@/lib/services/exports/file'

export const GET = serve(listExportsEndpoint, ({ ctx, params }) =>
  listExports(ctx.db, params.studyId, (id) => hasExportFile(ctx.config, id)),
)

export const POST = serve(startExportEndpoint, ({ ctx, params, body }) => ({
  jobs: [startExport(ctx.db, { ...body, studyId: params.studyId })],
}))
