import process from 'node:process'

const isDevelopment = process.env.NODE_ENV === 'development'

// Next writes its bootstrap as inline scripts and Mantine its variables as inline styles, hence 'unsafe-inline';
// text from data sets only ever becomes text nodes. Nothing may come from, or go to, another host.
const contentSecurityPolicy = [
  "default-src 'self'",
  `script-src 'self' 'unsafe-inline'${isDevelopment ? " 'unsafe-eval'" : ''}`,
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

const securityHeaders = [
  { key: 'Content-Security-Policy', value: contentSecurityPolicy },
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
  ],
  agentRules: false,
  devIndicators: false,
  allowedDevOrigins: ['127.0.0.1'],
  experimental: {
    optimizePackageImports: ['@mantine/core', '@mantine/hooks', '@tabler/icons-react'],
    // Uploads pass as one raw body; with a proxy the default of 10 MB would cut them silently.
    proxyClientMaxBodySize: '4gb',
  },
  headers: async () => [{ source: '/:path*', headers: securityHeaders }],
}

export default config
