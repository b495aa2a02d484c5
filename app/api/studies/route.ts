import { createStudyEndpoint, listStudiesEndpoint } from '@/lib/api/studies'
import { serve } from '@/lib/http/route'
import { createStudy, listStudies } from '@/lib/services/studies'

export const GET = serve(listStudiesEndpoint, ({ ctx, query }) => listStudies(ctx.db, query))

export const POST = serve(createStudyEndpoint, ({ ctx, body }) => createStudy(ctx.db, body))
