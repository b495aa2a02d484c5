import { deleteBenchmarkEndpoint } from '@/lib/api/subsets'
import { serve } from '@/lib/http/route'
import { deleteBenchmark } from '@/lib/services/subsets/benchmarks'

export const DELETE = serve(deleteBenchmarkEndpoint, ({ ctx, params }) =>
  deleteBenchmark(ctx.db, params.sha256),
)
