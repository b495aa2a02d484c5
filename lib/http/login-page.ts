import { markupText } from '@/lib/contracts/plain-text'

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { display: grid; place-items: center; min-height: 90vh; margin: 0; padding: 0 16px; }
main { width: 100%; max-width: 340px; }
h1 { font-size: 20px; margin: 0 0 4px; }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
input { margin: 4px 0 12px; padding: 8px; }
button { padding: 8px; }
`

// No script at all, and the form goes nowhere but here.
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** Returns the page on which a browser gives the access token; it goes on to `location`, a path of this server. */
export function loginPage(
  status: 401 | 403 | 429,
  location: string,
  options: { message?: string; retryAfter?: number } = {},
): Response {
  const { message, retryAfter } = options
  const problem = message ? `<p role="alert">${markupText(message)}</p>` : ''
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>Log in - Evolens</title><style>${STYLE}</style></head>
<body><main><h1>Evolens</h1><p>This server asks for its access token (EVOLENS_ACCESS_TOKEN of whoever started it).</p>
${problem}
<form method="post" action="/api/login"><input type="hidden" name="to" value="${markupText(location)}">
<label for="token">Access token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Log in</button></form></main></body></html>
`
  return new Response(html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      ...(retryAfter ? { 'retry-after': String(retryAfter) } : {}),
    },
  })
}
