import { z } from 'zod'
import { route } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'
import { MAX_PAGE_ROWS } from '@/lib/services/rows'
import { viewStateParameter } from '@/lib/services/rows/query'

export const GET = route({
  params: z.object({ studyId: z.string() }),
  query: z.object({
    state: viewStateParameter,
    offset: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(MAX_PAGE_ROWS).default(100),
  }),
  handler: ({ ctx, params, query, signal }) => {
    const { filter, sort, columns } = query.state
    const { offset, limit } = query
    return read(ctx.db, 'rows', [params.studyId, { filter, sort, columns, offset, limit }], signal)
  },
})
