import path from 'node:path'
import { AppError } from '@/lib/errors'
import { physicalCores } from '../child-process/cores'
import { fileHash } from '@/lib/models/hashes'
import { findModel } from '@/lib/models/manifest'
import { modelStatus } from '@/lib/models/status'
import type { BackendEnvironment } from '../types'
import type { EmbeddedConfig } from './config'

/** The model file that a configuration names. */
export interface LocatedModel {
  path: string
  name: string
  sha256: string
}

/**
 * Returns the model file of a configuration with its hash. Throws `capability_missing` with the way to supply the file
 * when a model of the list is not here, `not_found` when the user's own path leads nowhere.
 */
export async function locateModel(
  config: EmbeddedConfig,
  env: BackendEnvironment,
  signal?: AbortSignal,
): Promise<LocatedModel> {
  if (config.modelPath) {
    const file = path.resolve(config.modelPath)
    const sha256 = await fileHash(env.cacheDir, file, signal)
    return { path: file, name: path.basename(file), sha256 }
  }
  const manifest = findModel(config.modelId)
  if (manifest?.purpose !== 'language') {
    throw new AppError(
      'invalid_input',
      `${JSON.stringify(config.modelId)} is not a language model of the list. Choose another one.`,
    )
  }
  const status = await modelStatus(config.modelId, env, signal)
  if (status.state !== 'ready' || !status.path || !status.sha256) {
    throw new AppError('capability_missing', `${status.detail} ${status.remedy}`)
  }
  return { path: status.path, name: path.basename(status.path), sha256: status.sha256 }
}

/** Returns the number of threads that a configuration asks for. */
export function threadsOf(config: EmbeddedConfig): number {
  return config.threads === 'auto' ? physicalCores() : config.threads
}
