import { route } from '@/lib/http/route'
import { endedSessionCookie } from '@/lib/http/session'

/** Ends the session of this browser. */
export const POST = route({
  isOpen: true,
  handler: () =>
    new Response(null, {
      status: 303,
      headers: {
        location: '/studies',
        'set-cookie': endedSessionCookie(),
        'cache-control': 'no-store',
      },
    }),
})
