import { NextResponse, type NextRequest } from 'next/server'
import { readConfig } from '@/lib/config'
import { checkAccess } from '@/lib/http/access'

const settings = readConfig()

/** Guards pages as route() guards the API: Host, Origin and, beyond loopback, the access token. */
export function proxy(request: NextRequest): Response {
  const access = checkAccess(request, settings)
  if (access.state === 'ok') return NextResponse.next()
  if (access.state === 'login') {
    return new Response(null, {
      status: 303,
      headers: {
        location: access.location,
        'set-cookie': access.setCookie,
        'cache-control': 'no-store',
      },
    })
  }
  return new Response(access.message, {
    status: access.status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  })
}

// API routes check for themselves and answer in JSON; static files hold nothing of the user's.
export const config = { matcher: ['/((?!api/|_next/static|_next/image|icon.svg).*)'] }
