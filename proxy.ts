import { randomBytes } from 'node:crypto'
import { NextResponse, type NextRequest } from 'next/server'
import { readConfig } from '@/lib/config'
import { checkAccess, type Refusal } from '@/lib/http/access'
import { loginPage } from '@/lib/http/login-page'
import { NONCE_HEADER, pagePolicy } from '@/lib/http/policy'

const settings = readConfig()

function refuse(request: NextRequest, { status, message, retryAfter }: Refusal): Response {
  const isBrowser = request.headers.get('accept')?.includes('text/html') === true
  if (status !== 403 && isBrowser) {
    const { pathname, searchParams } = request.nextUrl
    const wasTried = searchParams.has('token')
    searchParams.delete('token')
    const location = `${pathname}${searchParams.size > 0 ? `?${searchParams}` : ''}`
    return loginPage(status, location, wasTried ? { message, retryAfter: retryAfter ?? 0 } : {})
  }
  return new Response(message, {
    status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      ...(retryAfter ? { 'retry-after': String(retryAfter) } : {}),
    },
  })
}

/** Guards pages as route() guards the API: Host, Origin and, beyond loopback, the access token. */
export function proxy(request: NextRequest): Response {
  const access = checkAccess(request, settings)
  if (access.state === 'refused') return refuse(request, access)
  if (access.state === 'login') {
    return new Response(null, {
      status: 303,
      headers: {
        // Next wants an absolute address here and sends the part after its own host, whatever name the browser used.
        location: new URL(access.location, request.url).toString(),
        'cache-control': 'no-store',
        ...(access.setCookie ? { 'set-cookie': access.setCookie } : {}),
      },
    })
  }
  const nonce = randomBytes(16).toString('base64')
  const policy = pagePolicy(nonce, process.env.NODE_ENV === 'development')
  const headers = new Headers(request.headers)
  // Next reads the nonce of its own scripts from the policy of the request.
  headers.set('content-security-policy', policy)
  headers.set(NONCE_HEADER, nonce)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  return response
}

// API routes check for themselves and answer in JSON; static files hold nothing of the user's.
export const config = { matcher: ['/((?!api/|_next/static|_next/image|icon.svg).*)'] }
