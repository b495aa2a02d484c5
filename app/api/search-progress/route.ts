import { searchProgressEndpoint } from '@/lib/api/rows'
import { serve } from '@/lib/http/route'
import { read } from '@/lib/services/queries/client'

export const GET = serve(searchProgressEndpoint, async ({ ctx, signal }) => ({
  search: await read(ctx.db, 'searchProgress', [], signal),
}))
