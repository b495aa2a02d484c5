// Replies of the API are data and static files are parts of pages: neither is a document. Pages get theirs in proxy.ts,
// and a login that failed answers with a page.
const contentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'"

const securityHeaders = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
  { key: 'Cross-Origin-Resource-Policy', value: 'same-origin' },
  {
    key: 'Permissions-Policy',
    value: 'camera=(), microphone=(), geolocation=(), interest-cohort=()',
  },
]

/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  // Native addons and packages that load files beside themselves cannot be bundled.
  serverExternalPackages: [
    'better-sqlite3',
    'onnxruntime-node',
    'node-llama-cpp',
    'koffi',
    '@huggingface/transformers',
    'pino',
    'playwright',
    'wabt',
  ],
  // `npm run lint` checks the types; whoever starts the application need not wait for it.
  typescript: { ignoreBuildErrors: true },
  agentRules: false,
  devIndicators: false,
  allowedDevOrigins: ['127.0.0.1'],
  experimental: {
    optimizePackageImports: ['@mantine/core', '@mantine/hooks', '@tabler/icons-react'],
    // Pages take no body (lib/cli/start/front.mjs refuses them); what the proxy copies of one is for nobody.
    proxyClientMaxBodySize: '64kb',
    // Every page and route loaded before the first one is answered takes a second.
    preloadEntriesOnStart: false,
  },
  headers: async () => [
    { source: '/:path*', headers: securityHeaders },
    {
      source: '/:path(api/(?!login$).*|_next/static/.*|icon\\.svg)',
      headers: [{ key: 'Content-Security-Policy', value: contentSecurityPolicy }],
    },
  ],
}

export default config
