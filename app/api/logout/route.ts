import { logoutEndpoint } from '@/lib/api/system'
import { serve } from '@/lib/http/route'
import { endedSessionCookie } from '@/lib/http/session'

export const POST = serve(
  logoutEndpoint,
  () =>
    new Response(null, {
      status: 303,
      headers: {
        location: '/studies',
        'set-cookie': endedSessionCookie(),
        'cache-control': 'no-store',
      },
    }),
)
