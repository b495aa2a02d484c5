import { systemEndpoint } from '@/lib/api/system'
import { serve } from '@/lib/http/route'
import { systemInfo } from '@/lib/services/system'

export const GET = serve(systemEndpoint, ({ ctx }) => systemInfo(ctx))
