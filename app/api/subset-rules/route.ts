import { subsetKitEndpoint } from '@/lib/api/subsets'
import { serve } from '@/lib/http/route'
import { subsetKit } from '@/lib/services/subsets'

export const GET = serve(subsetKitEndpoint, ({ ctx }) => subsetKit(ctx.db))
