import { z } from 'zod'
import { columnIdSchema } from '@/lib/contracts/filter'
import { route } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'
import { viewStateParameter } from '@/lib/services/rows/query'

export const GET = route({
  params: z.object({ studyId: z.string() }),
  query: z.object({ column: columnIdSchema, state: viewStateParameter }),
  handler: ({ ctx, params, query, signal }) =>
    read(ctx.db, 'histogram', [params.studyId, query.column, query.state.filter], signal),
})
