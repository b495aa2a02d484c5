import { compareEndpoint } from '@/lib/api/compare'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(compareEndpoint, async ({ ctx, params: { studyId }, query, signal }) => {
  const { state, part, offset, limit } = query
  const summary = () => read(ctx.db, 'compareSummary', [studyId, state], signal)
  const intervals = () => read(ctx.db, 'compareIntervals', [studyId, state], signal)
  const page = () => read(ctx.db, 'comparePage', [studyId, state, offset, limit], signal)
  if (part === 'summary') return summary()
  if (part === 'intervals') return intervals()
  if (part === 'rows') return page()
  return { summary: await summary(), ...(await intervals()), page: await page() }
})
