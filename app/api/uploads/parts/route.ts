import { beginUploadEndpoint } from '@/lib/api/imports'
import { serve } from '@/lib/http/route'
import { beginUpload } from '@/lib/services/imports/partial-uploads'

export const POST = serve(beginUploadEndpoint, ({ ctx, body }) => beginUpload(ctx.config, body))
