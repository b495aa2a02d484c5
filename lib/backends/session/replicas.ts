import { z } from 'zod'

// More endpoints than this behind one Evolens would be limited by its own process.
const MAX_REPLICAS = 64

const schema = z.object({
  baseUrl: z.string().optional(),
  replicas: z.array(z.string().min(1)).max(MAX_REPLICAS).default([]).catch([]),
})

/** One address of a backend with the settings that open it there. */
export interface Target {
  /** Host and port for messages; never the whole address, which may hold a prefix that is nobody's business. */
  name: string
  config: unknown
  /** Whether it is another process, which may be restarted or replaced while we run. */
  isServer: boolean
}

function hostOf(address: string): string {
  try {
    return new URL(address).host
  } catch {
    return address.slice(0, 100)
  }
}

/**
 * Returns where a backend is opened: its own address first, then the replicas of its settings (further addresses of the
 * same kind that serve the same model), each once. `stored` are the settings as saved, `config` as its kind parsed them.
 */
export function targetsOf(stored: unknown, config: unknown, label: string): Target[] {
  const { baseUrl, replicas } = schema.parse(stored ?? {})
  const own = (config as { baseUrl?: unknown } | null)?.baseUrl
  const first = typeof own === 'string' ? own : baseUrl
  if (first === undefined) return [{ name: label, config, isServer: false }]
  return [...new Set([first, ...replicas])].map((address) => ({
    name: hostOf(address),
    config: { ...(config as Record<string, unknown>), baseUrl: address },
    isServer: true,
  }))
}
