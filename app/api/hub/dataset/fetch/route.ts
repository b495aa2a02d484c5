import { fetchHubDatasetEndpoint } from '@/lib/api/hub'
import { serve } from '@/lib/http/route'
import { requestDataset } from '@/lib/services/hub'

export const POST = serve(fetchHubDatasetEndpoint, ({ ctx, body }) => ({
  job: requestDataset(ctx, body),
}))
