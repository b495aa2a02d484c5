import { alignCellsEndpoint } from '@/lib/api/cells'
import { serve } from '@/lib/http/route'
import { startAligning } from '@/lib/services/alignments/change'

export const POST = serve(alignCellsEndpoint, ({ ctx, params, body }) => ({
  jobs: [startAligning(ctx, params.studyId, body)],
}))
