import { listViewsEndpoint, saveViewEndpoint } from '@/lib/api/views'
import { serve } from '@/lib/http/route'
import { listViews, saveView } from '@/lib/services/studies/views'

export const GET = serve(listViewsEndpoint, ({ ctx, params: { studyId } }) =>
  listViews(ctx.db, studyId),
)

export const POST = serve(saveViewEndpoint, ({ ctx, params: { studyId }, body }) =>
  saveView(ctx.db, studyId, body.name, body.state),
)
