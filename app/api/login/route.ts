import { localPath, logIn } from '@/lib/http/access'
import { bodyText } from '@/lib/http/body'
import { loginPage } from '@/lib/http/login-page'
import { route } from '@/lib/http/route'

// A token and a path.
const MAX_FORM_BYTES = 8_192

/** Takes the form of the login page: on to where the browser wanted to go, or the page again with what is wrong. */
export const POST = route({
  isOpen: true,
  handler: async ({ ctx, request }) => {
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
  },
})
