import { appendUploadEndpoint, partialUploadEndpoint } from '@/lib/api/imports'
import { serve } from '@/lib/http/route'
import { appendUpload, partialUpload } from '@/lib/services/imports/partial-uploads'

export const GET = serve(partialUploadEndpoint, ({ ctx, params }) =>
  partialUpload(ctx.config, params.uploadId),
)

export const PATCH = serve(appendUploadEndpoint, ({ ctx, params, query, request, signal }) => {
  // The piece that ends a file whose bytes are all there is empty.
  const body = (request.body ?? []) as unknown as AsyncIterable<Uint8Array>
  return appendUpload(ctx.config, params.uploadId, { offset: query.offset, body, signal })
})
