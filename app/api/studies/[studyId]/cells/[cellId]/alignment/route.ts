import { alignmentEndpoint } from '@/lib/api/cells'
import { serve } from '@/lib/http/route'
import { alignmentFacts } from '@/lib/services/alignments/change'

export const GET = serve(alignmentEndpoint, ({ ctx, params }) =>
  alignmentFacts(ctx.db, params.studyId, params.cellId),
)
