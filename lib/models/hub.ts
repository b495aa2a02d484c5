import { createHash } from 'node:crypto'
import { open, readFile, rm, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import type { HubSource } from './manifest'
import type { Environment } from './paths'
import type { TransferOptions } from './wheel'

const PUBLIC_HUB = 'https://huggingface.co'
// A line that delivers nothing for this long is dead; the next attempt resumes where it stopped.
const STALL_MS = 60_000
const CONNECT_MS = 15_000
const ATTEMPTS = 4

/** A checksum that the hub states for a file: of the content (large files) or of the git blob (small ones). */
export type HubChecksum = { kind: 'sha256' | 'git'; hex: string } | null

/** Returns the address of a file on the hub that HF_ENDPOINT names, or the public one. */
export function hubUrl(source: HubSource, env: Environment = process.env): string {
  const base = (env.HF_ENDPOINT || PUBLIC_HUB).replace(/\/+$/, '')
  const file = source.path.split('/').map(encodeURIComponent).join('/')
  return `${base}/${source.repo}/resolve/${source.revision}/${file}`
}

function hubHeaders(env: Environment): Record<string, string> {
  return env.HF_TOKEN ? { authorization: `Bearer ${env.HF_TOKEN}` } : {}
}

function hostOf(url: string): string {
  try {
    return new URL(url).host
  } catch {
    return 'the hub'
  }
}

function httpReason(url: string, status: number): string {
  if (status === 401 || status === 403) {
    return `${hostOf(url)} refused access (HTTP ${status}); set HF_TOKEN if the model needs it`
  }
  return `${hostOf(url)} answered HTTP ${status}`
}

/** Returns the checksum that the hub states for a file, or null when it states none. */
export async function hubChecksum(
  source: HubSource,
  env: Environment = process.env,
  signal?: AbortSignal,
): Promise<HubChecksum> {
  const url = hubUrl(source, env)
  const limit = AbortSignal.timeout(CONNECT_MS)
  const response = await fetch(url, {
    method: 'HEAD',
    redirect: 'manual',
    headers: hubHeaders(env),
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  }).catch((error: unknown) => {
    throwIfAborted(signal)
    throw new AppError('not_found', `${hostOf(url)} cannot be reached (${causeOf(error)})`)
  })
  if (response.status >= 400) throw new AppError('not_found', httpReason(url, response.status))
  const linked = response.headers.get('x-linked-etag') ?? response.headers.get('etag') ?? ''
  const hex = linked.replace(/^W\//, '').replaceAll('"', '').toLowerCase()
  if (/^[0-9a-f]{64}$/.test(hex)) return { kind: 'sha256', hex }
  return /^[0-9a-f]{40}$/.test(hex) ? { kind: 'git', hex } : null
}

/** Returns whether a small file's content has this git blob hash. */
export async function matchesGitBlob(file: string, hex: string): Promise<boolean> {
  const content = await readFile(file)
  const hash = createHash('sha1').update(`blob ${content.length}\0`).update(content)
  return hash.digest('hex') === hex
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null
  const code = (cause as NodeJS.ErrnoException | null)?.code
  return code ?? errorMessage(error).slice(0, 120)
}

async function partialBytes(file: string): Promise<number> {
  const info = await stat(file).catch(() => null)
  return info?.size ?? 0
}

/** Fetches once from where the partial file ends; returns true when the file is complete. */
async function attempt(
  url: string,
  partial: string,
  headers: Record<string, string>,
  options: TransferOptions,
): Promise<boolean> {
  const start = await partialBytes(partial)
  const stall = new AbortController()
  let timer = setTimeout(() => stall.abort(), CONNECT_MS)
  const signal = options.signal ? AbortSignal.any([options.signal, stall.signal]) : stall.signal
  try {
    const range: Record<string, string> = start > 0 ? { range: `bytes=${start}-` } : {}
    const response = await fetch(url, {
      headers: { ...headers, ...range, 'accept-encoding': 'identity' },
      signal,
    })
    if (response.status === 416) {
      await rm(partial, { force: true })
      return false
    }
    if (!response.ok || !response.body) {
      await response.body?.cancel()
      throw new AppError('not_found', httpReason(url, response.status))
    }
    const resumed =
      response.status === 206 &&
      (response.headers.get('content-range') ?? '').startsWith(`bytes ${start}-`)
    const length = Number(response.headers.get('content-length'))
    let bytes = resumed ? start : 0
    const total = Number.isFinite(length) && length > 0 ? bytes + length : null
    const handle = await open(partial, resumed ? 'a' : 'w')
    try {
      for await (const chunk of response.body) {
        clearTimeout(timer)
        timer = setTimeout(() => stall.abort(), STALL_MS)
        await handle.write(chunk)
        bytes += chunk.length
        options.onBytes?.(bytes, total)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    return total === null || bytes === total
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Downloads a file from the hub into `partial`, resuming what is already there, and returns when it is complete.
 * Throws `not_found` with the reason when the hub does not deliver it, `cancelled` on abort.
 */
export async function downloadFromHub(
  source: HubSource,
  partial: string,
  options: TransferOptions & { env?: Environment } = {},
): Promise<void> {
  const env = options.env ?? process.env
  const url = hubUrl(source, env)
  let reason = 'the download ended too early'
  for (let round = 0; round < ATTEMPTS; round += 1) {
    throwIfAborted(options.signal)
    const before = await partialBytes(partial)
    try {
      if (await attempt(url, partial, hubHeaders(env), options)) return
    } catch (error) {
      throwIfAborted(options.signal)
      if (error instanceof AppError) throw error
      if ((error as NodeJS.ErrnoException).syscall === 'write') throw error
      reason = `${hostOf(url)} cannot be reached (${causeOf(error)})`
      // Nothing received on the first try: the host is not there, so waiting longer helps nobody.
      if ((await partialBytes(partial)) === before && round > 0) break
    }
    await sleep(250 * 2 ** round)
  }
  throw new AppError('not_found', reason)
}
