import { uploadEndpoint } from '@/lib/api/imports'
import { AppError } from '@/lib/errors'
import { serve } from '@/lib/http/route'
import { saveUpload } from '@/lib/services/imports/uploads'

export const POST = serve(uploadEndpoint, ({ ctx, query, request, signal }) => {
  if (!request.body) {
    throw new AppError('invalid_input', 'Send the file as the body of the request.')
  }
  const body = request.body as unknown as AsyncIterable<Uint8Array>
  return saveUpload(ctx.config, query.name, body, signal)
})
