import { createHash } from 'node:crypto'
import { open, readFile, rm, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, errorMessage, throwIfAborted } from '@/lib/errors'
import { hubBase, hubErrorCode, hubProblem, requestHub, requireOnline } from './hub-request'
import type { HubSource } from './manifest'
import type { Environment } from './paths'
import type { TransferOptions } from './wheel'

// A line that delivers nothing for this long is dead; the next attempt resumes where it stopped.
const STALL_MS = 60_000
const CONNECT_MS = 15_000
const ATTEMPTS = 4

/** A file of a repository; that of a data set begins with `datasets/`. */
export type HubLocation = Omit<HubSource, 'type'>

/** A checksum that the hub states for a file: of the content (large files) or of the git blob (small ones). */
export type HubChecksum = { kind: 'sha256' | 'git'; hex: string } | null

/** Returns the address of a file on the hub that HF_ENDPOINT names, or the public one. */
export function hubUrl(source: HubLocation, env: Environment = process.env): string {
  const base = hubBase(env)
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

/** Returns the checksum that the hub states for a file, or null when it states none. */
export async function hubChecksum(
  source: HubLocation,
  env: Environment = process.env,
  signal?: AbortSignal,
): Promise<HubChecksum> {
  requireOnline(env)
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
  if (response.status >= 400) {
    const code = response.headers.get('x-error-code')
    throw new AppError('not_found', hubProblem({ status: response.status, code }, source.repo, env))
  }
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

/** Returns what went wrong with a connection, in a word where there is one. */
export function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : null
  const code = (cause as NodeJS.ErrnoException | null)?.code
  return code ?? errorMessage(error).slice(0, 120)
}

async function partialBytes(file: string): Promise<number> {
  const info = await stat(file).catch(() => null)
  return info?.size ?? 0
}

/** Fetches once from where the partial file ends; returns true when the file is complete. */
async function attempt(
  source: HubLocation,
  partial: string,
  options: TransferOptions & { env?: Environment },
): Promise<boolean> {
  const start = await partialBytes(partial)
  const stall = new AbortController()
  let timer = setTimeout(() => stall.abort(), CONNECT_MS)
  const signal = options.signal ? AbortSignal.any([options.signal, stall.signal]) : stall.signal
  try {
    const range: Record<string, string> = start > 0 ? { range: `bytes=${start}-` } : {}
    const headers = { ...range, 'accept-encoding': 'identity' }
    const response = await requestHub(hubUrl(source, options.env), headers, {
      env: options.env,
      signal,
    })
    const status = response.statusCode ?? 0
    if (status === 416) {
      response.destroy()
      await rm(partial, { force: true })
      return false
    }
    if (status !== 200 && status !== 206) {
      response.destroy()
      const code = response.headers['x-error-code']
      const problem = hubProblem({ status, code }, source.repo, options.env)
      throw new AppError(hubErrorCode(status), problem)
    }
    const resumed =
      status === 206 && (response.headers['content-range'] ?? '').startsWith(`bytes ${start}-`)
    const length = Number(response.headers['content-length'])
    let bytes = resumed ? start : 0
    const total = Number.isFinite(length) && length > 0 ? bytes + length : null
    const handle = await open(partial, resumed ? 'a' : 'w')
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
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
  source: HubLocation,
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
      if (await attempt(source, partial, options)) return
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
