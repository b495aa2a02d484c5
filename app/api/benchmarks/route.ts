import { addBenchmarkEndpoint } from '@/lib/api/subsets'
import { serve } from '@/lib/http/route'
import { addUploadedBenchmark } from '@/lib/services/subsets/benchmarks'

export const POST = serve(addBenchmarkEndpoint, ({ ctx, body }) =>
  addUploadedBenchmark(ctx, body.uploadId),
)
