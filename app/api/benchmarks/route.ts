import { addBenchmarkEndpoint } from '@/lib/api/subsets'
import { AppError } from '@/lib/errors'
import { bodyBytes } from '@/lib/http/body'
import { serve } from '@/lib/http/route'
import { addBenchmark, MAX_BENCHMARK_BYTES } from '@/lib/services/subsets/benchmarks'

export const POST = serve(addBenchmarkEndpoint, async ({ ctx, query, request }) => {
  if (!request.body) {
    throw new AppError('invalid_input', 'Send the file as the body of the request.')
  }
  return addBenchmark(ctx.db, query.name, await bodyBytes(request, MAX_BENCHMARK_BYTES))
})
