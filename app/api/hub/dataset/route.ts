import { hubDatasetEndpoint } from '@/lib/api/hub'
import { serve } from '@/lib/http/route'
import { describeDataset } from '@/lib/services/hub'

export const GET = serve(hubDatasetEndpoint, ({ query, signal }) =>
  describeDataset(query.name, query.revision, { signal }),
)
