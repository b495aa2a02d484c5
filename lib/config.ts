import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { AppError } from '@/lib/errors'

const environment = z.object({
  EVOLENS_DATA_DIR: z.string().optional(),
  EVOLENS_CACHE_DIR: z.string().optional(),
  EVOLENS_MODELS_DIR: z.string().optional(),
  EVOLENS_ACCESS_TOKEN: z.string().min(16).optional(),
  ALLOWED_BACKEND_HOSTS: z.string().optional(),
  HOST: z.string().optional(),
  EVOLENS_NICE: z.coerce.number().int().min(0).max(19).optional(),
  EVOLENS_MCP_WRITE: z.enum(['0', '1']).optional(),
  PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).optional(),
})

export interface Config {
  /** Database and uploads. */
  dataDir: string
  /** Model files and other things that can be fetched again. */
  cacheDir: string
  /** Folder of model files that the user supplies, or null. */
  modelsDir: string | null
  databasePath: string
  uploadsDir: string
  host: string
  port: number
  /** Mandatory when host is not loopback. */
  accessToken: string | null
  /** Hosts or CIDR ranges that backends may use beyond loopback and public https. */
  allowedBackendHosts: string[]
  /** How far worker and engines stand back for other programs, as in `nice`: 0 not at all, 19 most. */
  niceness: number
  /** Whether assistants may change data through /api/mcp. */
  mcpWrite: boolean
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

// Below the web server, so that pages stay quick while models compute.
const DEFAULT_NICENESS = 10

/** Returns whether a host name or address means this machine only. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}

function xdg(variable: string, ...fallback: string[]): string {
  const base = process.env[variable]
  return path.join(
    base && path.isAbsolute(base) ? base : path.join(os.homedir(), ...fallback),
    'evolens',
  )
}

/** Parses the environment; throws `invalid_input` naming the variable and the remedy. */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(present)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new AppError(
      'invalid_input',
      `${issue?.path.join('.')}: ${issue?.message}. Correct this environment variable.`,
    )
  }
  const value = parsed.data
  const dataDir = path.resolve(
    /*turbopackIgnore: true*/ value.EVOLENS_DATA_DIR ?? xdg('XDG_DATA_HOME', '.local', 'share'),
  )
  // "[::1]" is how URLs write it; sockets and comparisons want it without brackets.
  const host = (value.HOST ?? '127.0.0.1').replace(/^\[(.*)\]$/, '$1')
  const accessToken = value.EVOLENS_ACCESS_TOKEN ?? null
  if (!isLoopbackHost(host) && !accessToken) {
    throw new AppError(
      'invalid_input',
      `HOST=${host} is reachable from other machines, so an access token is required. Set EVOLENS_ACCESS_TOKEN to at least 16 characters, or leave HOST unset and use "ssh -L".`,
    )
  }
  return {
    dataDir,
    cacheDir: path.resolve(
      /*turbopackIgnore: true*/ value.EVOLENS_CACHE_DIR ?? xdg('XDG_CACHE_HOME', '.cache'),
    ),
    modelsDir: value.EVOLENS_MODELS_DIR
      ? path.resolve(/*turbopackIgnore: true*/ value.EVOLENS_MODELS_DIR)
      : null,
    databasePath: path.join(dataDir, 'evolens.sqlite'),
    uploadsDir: path.join(dataDir, 'uploads'),
    host,
    port: value.PORT ?? 3000,
    accessToken,
    allowedBackendHosts: (value.ALLOWED_BACKEND_HOSTS ?? '').split(/[,\s]+/).filter(Boolean),
    niceness: value.EVOLENS_NICE ?? DEFAULT_NICENESS,
    mcpWrite: value.EVOLENS_MCP_WRITE === '1',
    logLevel: value.LOG_LEVEL ?? 'info',
  }
}
