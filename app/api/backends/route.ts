import { addBackendEndpoint, listBackendsEndpoint } from '@/lib/api/backends'
import { serve } from '@/lib/http/route'
import { addBackend, listBackends } from '@/lib/services/backends'

export const GET = serve(listBackendsEndpoint, ({ ctx }) => listBackends(ctx.db))

export const POST = serve(addBackendEndpoint, ({ ctx, body }) => addBackend(ctx.db, body).backend)
