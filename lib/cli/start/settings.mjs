import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartError } from './print.mjs'

/** Root of the checkout. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..')

const HELP = `Usage: npm start [-- options]

  --dev             development server instead of a production build
  --prepare         install, fetch models, build and load the sample, then stop
  --no-sample       do not load the sample study
  --help            this text

Environment
  PORT                   port of the web page (default 3000)
  HOST                   address to listen on (default 127.0.0.1); anything beyond this machine needs EVOLENS_ACCESS_TOKEN
  EVOLENS_ACCESS_TOKEN   access token, at least 16 characters
  EVOLENS_MASTER_KEY     32 bytes (openssl rand -base64 32) that encrypt keys which are typed in
  EVOLENS_DATA_DIR       database and uploads (default: evolens in your data folder)
  EVOLENS_CACHE_DIR      models and caches (default: evolens in your cache folder)
  EVOLENS_MODELS_DIR     folder with model files that you supply yourself
`

function folder(env, own, xdg, ...fallback) {
  if (env[own]) return path.resolve(env[own])
  const base =
    env[xdg] && path.isAbsolute(env[xdg]) ? env[xdg] : path.join(os.homedir(), ...fallback)
  return path.join(base, 'evolens')
}

function isLoopback(host) {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}

/** Parses arguments and environment; the same defaults as lib/config.ts, which cannot run yet. */
export function settings(args, env) {
  const known = new Set(['--dev', '--prepare', '--no-sample', '--help', '-h'])
  const unknown = args.find((argument) => !known.has(argument))
  if (unknown)
    throw new StartError(`unknown option ${unknown}`, 'run "npm start -- --help" for the options.')
  const port = Number(env.PORT || 3000)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StartError(
      `PORT=${env.PORT} is not a port number`,
      'set PORT to a number from 1 to 65535.',
    )
  }
  // "[::1]" is how an address of this kind is written in URLs; sockets want it without brackets.
  const host = (env.HOST || '127.0.0.1').replace(/^\[(.*)\]$/, '$1')
  const token = env.EVOLENS_ACCESS_TOKEN || null
  if (!isLoopback(host) && (!token || token.length < 16)) {
    throw new StartError(
      `HOST=${host} can be reached from other machines, so an access token is required`,
      'set EVOLENS_ACCESS_TOKEN to at least 16 characters (for example the output of "openssl rand -hex 16"), or leave HOST unset and reach the page through "ssh -L 3000:127.0.0.1:3000".',
    )
  }
  return {
    help: args.includes('--help') || args.includes('-h') ? HELP : null,
    dev: args.includes('--dev'),
    prepareOnly: args.includes('--prepare'),
    sample: !args.includes('--no-sample'),
    port,
    host,
    token: isLoopback(host) ? null : token,
    dataDir: folder(env, 'EVOLENS_DATA_DIR', 'XDG_DATA_HOME', '.local', 'share'),
    cacheDir: folder(env, 'EVOLENS_CACHE_DIR', 'XDG_CACHE_HOME', '.cache'),
  }
}

/**
 * Arguments of Node for the web process: less room for new objects (MB), which every thread fills before it looks what of it is
 * in use; 45 MB less, and as fast.
 */
export const WEB_ARGUMENTS = ['--max-semi-space-size=4']

/**
 * How the C library of Linux keeps memory in the web process: columns of a large study are given back when they are dropped
 * instead of being kept for later ones (690 -> 580 MB after 66 columns of 556,332 rows). Others ignore it.
 */
export const GIVES_BACK_MEMORY = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
}

/** Environment of every child: no telemetry, no downloads that the packages do not need. */
export function childEnvironment(options, extra = {}) {
  return {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: '1',
    EVOLENS_DATA_DIR: options.dataDir,
    EVOLENS_CACHE_DIR: options.cacheDir,
    HOST: options.host,
    PORT: String(options.port),
    ...extra,
  }
}
