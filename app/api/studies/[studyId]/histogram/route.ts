import { z } from 'zod'
import { columnIdSchema } from '@/lib/contracts/filter'
import { route } from '@/lib/http/route'
import { columnHistogram } from '@/lib/services/rows'
import { viewStateParameter } from '@/lib/services/rows-query'
import { getStudy } from '@/lib/services/studies'

export const GET = route({
  params: z.object({ studyId: z.string() }),
  query: z.object({ column: columnIdSchema, state: viewStateParameter }),
  handler({ ctx, params, query }) {
    getStudy(ctx.db, params.studyId)
    return columnHistogram(ctx.db, params.studyId, query.column, query.state.filter)
  },
})
