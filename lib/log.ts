import pino, { type Logger } from 'pino'
import { readConfig } from '@/lib/config'
import { terminalJson } from '@/lib/contracts/plain-text'

const SECRET_KEY =
  /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key|api-?key|password|secret|access-?token|token)$/i
// Deeper objects are data, not log fields; the limit also stops cycles.
const MAX_DEPTH = 6
const HIDDEN = '[redacted]'

/** Returns the text with bearer tokens, URL credentials and `key=`-like query values replaced. */
export function redactText(text: string): string {
  return text
    .replace(/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+/gi, `$1 ${HIDDEN}`)
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${HIDDEN}@`)
    .replace(/([?&](?:api[-_]?key|key|token|access_token)=)[^&\s"']+/gi, `$1${HIDDEN}`)
    .replace(/\bsk-[A-Za-z0-9_-]{8,}/g, HIDDEN)
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return '[deep]'
  if (value instanceof Error) {
    return {
      name: value.name,
      message: redactText(value.message),
      stack: redactText(value.stack ?? ''),
      ...(value.cause === undefined ? {} : { cause: redactValue(value.cause, depth + 1) }),
    }
  }
  if (Array.isArray(value)) return value.map((entry) => redactValue(entry, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      SECRET_KEY.test(key) ? HIDDEN : redactValue(entry, depth + 1),
    ]),
  )
}

/** Returns a copy of log fields in which no secret can be read: by key name, and inside every text. */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return redactValue(fields, 0) as Record<string, unknown>
}

/** Returns a JSON-lines logger on the given stream that redacts messages and fields. */
export function createLogger(
  options: { level?: string; name?: string } = {},
  destination?: pino.DestinationStream,
): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level ?? 'info',
    base: options.name ? { name: options.name } : null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: redactFields },
    // Errors arrive in the log formatter as they are; pino's own serialiser would run after it.
    serializers: { err: (value: unknown) => value },
    hooks: {
      logMethod(args, method) {
        const clean = args.map((value) => (typeof value === 'string' ? redactText(value) : value))
        method.apply(this, clean as Parameters<typeof method>)
      },
      streamWrite: terminalJson,
    },
  }
  return pino(settings, destination ?? pino.destination({ dest: 2, sync: true }))
}

let shared: Logger | undefined

/** Returns the process-wide logger; its level comes from LOG_LEVEL. Lines go to the error stream. */
export function log(): Logger {
  shared ??= createLogger({ level: readConfig().logLevel })
  return shared
}
