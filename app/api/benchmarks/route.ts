import { addBenchmarkEndpoint } from '@/lib/api/subsets'
import { serve } from '@/lib/http/route'
import { sharedFiles } from '@/lib/services/files/apart'
import { addUploadedBenchmark } from '@/lib/services/subsets/benchmarks'

export const POST = serve(addBenchmarkEndpoint, ({ ctx, body }) =>
  addUploadedBenchmark(ctx, body.uploadId, sharedFiles()),
)
