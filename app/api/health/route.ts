import { healthEndpoint } from '@/lib/api/system'
import { serve } from '@/lib/http/route'

export const GET = serve(healthEndpoint, () => ({ ok: true }))
