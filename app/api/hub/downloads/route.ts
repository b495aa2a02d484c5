import { hubDownloadsEndpoint } from '@/lib/api/hub'
import { serve } from '@/lib/http/route'
import { listDownloads } from '@/lib/services/hub'

export const GET = serve(hubDownloadsEndpoint, ({ ctx }) => listDownloads(ctx))
