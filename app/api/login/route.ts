import { loginEndpoint } from '@/lib/api/system'
import { localPath, logIn } from '@/lib/http/access'
import { bodyText } from '@/lib/http/body'
import { loginPage } from '@/lib/http/login-page'
import { serve } from '@/lib/http/route'

// A token and a path.
const MAX_FORM_BYTES = 8_192

export const POST = serve(loginEndpoint, async ({ ctx, request }) => {
  const form = new URLSearchParams(await bodyText(request, MAX_FORM_BYTES))
  const location = localPath(form.get('to') ?? '')
  const cookie = logIn(request, ctx.config, form.get('token') ?? '')
  if (typeof cookie !== 'string') {
    const { status, message, retryAfter = 0 } = cookie
    return loginPage(status, location, { message, retryAfter })
  }
  return new Response(null, {
    status: 303,
    headers: { location, 'set-cookie': cookie, 'cache-control': 'no-store' },
  })
})
