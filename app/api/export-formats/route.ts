import { listExportFormatsEndpoint } from '@/lib/api/export'
import { serve } from '@/lib/http/route'
import { listWriters } from '@/lib/services/exports'

export const GET = serve(listExportFormatsEndpoint, () => listWriters())
