import { z } from 'zod'
import { AppError } from '@/lib/errors'
import { route } from '@/lib/http/route'
import { saveUpload } from '@/lib/services/imports/uploads'

export const POST = route({
  query: z.object({ name: z.string().min(1).max(500) }),
  handler({ ctx, query, request, signal }) {
    if (!request.body)
      throw new AppError('invalid_input', 'Send the file as the body of the request.')
    const body = request.body as unknown as AsyncIterable<Uint8Array>
    return saveUpload(ctx.config, query.name, body, signal)
  },
})
