import { backendKindsEndpoint } from '@/lib/api/backends'
import { serve } from '@/lib/http/route'
import { connectInfo } from '@/lib/services/backends/config'

export const GET = serve(backendKindsEndpoint, () => connectInfo())
