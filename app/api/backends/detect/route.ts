import { detectBackendEndpoint } from '@/lib/api/backends'
import { serve } from '@/lib/http/route'
import { requestDetection } from '@/lib/services/backends/detect'

export const POST = serve(detectBackendEndpoint, ({ ctx, body }) => requestDetection(ctx.db, body))
