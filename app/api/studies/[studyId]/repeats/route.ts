import { repeatsEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { WORDING_LIKENESSES } from '@/lib/contracts/find'
import { read } from '@/lib/services/queries/client'

// What the slider offers: below, rows are no copies of each other in any encoder that we know.
const LIKENESSES = Array.from({ length: 21 }, (_, k) => (80 + k) / 100)

const OFFERED = { near: LIKENESSES, wording: WORDING_LIKENESSES, exact: [1] }

export const GET = serve(repeatsEndpoint, ({ ctx, params, query: { of, across }, signal }) =>
  read(ctx.db, 'repeats', [params.studyId, of, OFFERED[of], across], signal),
)
