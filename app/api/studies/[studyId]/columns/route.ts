import { z } from 'zod'
import { route } from '@/lib/http/route'
import { listColumns } from '@/lib/services/columns'
import { getStudy } from '@/lib/services/studies'

export const GET = route({
  params: z.object({ studyId: z.string() }),
  query: z.object({ all: z.enum(['true', 'false']).default('false') }),
  handler({ ctx, params, query }) {
    getStudy(ctx.db, params.studyId)
    return { columns: listColumns(ctx.db, params.studyId, { all: query.all === 'true' }) }
  },
})
