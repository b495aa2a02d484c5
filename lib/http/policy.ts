/** Header in which the nonce of a page's inline scripts travels from the proxy to the layout. */
export const NONCE_HEADER = 'x-nonce'

/**
 * Returns the Content-Security-Policy of a page: scripts are our files and the inline scripts that carry this request's
 * nonce (Next's bootstrap, Mantine's colour scheme). Mantine writes its variables as inline styles, hence 'unsafe-inline'
 * there. Nothing may come from, or go to, another host.
 */
export function pagePolicy(nonce: string, isDevelopment: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${isDevelopment ? ' ws:' : ''}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
