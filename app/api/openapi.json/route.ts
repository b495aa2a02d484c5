import { openApiDocument } from '@/lib/api/openapi'
import { openApiEndpoint } from '@/lib/api/system'
import type { ApiDocument } from '@/lib/contracts/api-document'
import { serve } from '@/lib/http/route'
import { APP_VERSION } from '@/lib/services/runs/definition'

export const GET = serve(openApiEndpoint, () => openApiDocument(APP_VERSION) as ApiDocument)
