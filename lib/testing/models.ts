import { existsSync } from 'node:fs'
import path from 'node:path'
import type { BackendEnvironment } from '@/lib/backends/types'
import { readConfig } from '@/lib/config'
import { findModel } from '@/lib/models/manifest'
import { cacheModels, modelFolder } from '@/lib/models/paths'

/** Returns the surroundings that tests with real models use, and collects what is logged. */
export function testEnvironment(log: string[] = []): BackendEnvironment {
  return {
    cacheDir: readConfig().cacheDir,
    modelsDir: process.env.EVOLENS_MODELS_DIR ?? null,
    secret: () => undefined,
    log: (message) => log.push(message),
  }
}

/** Returns why tests with this model cannot run here, or an empty text when they can. */
export function whyWithout(id: string): string {
  const manifest = findModel(id)
  if (!manifest) return ` (skipped: no model ${id})`
  const folder = modelFolder(cacheModels(readConfig().cacheDir), id)
  const there = manifest.files.every((file) => existsSync(path.join(folder, file.path)))
  return there ? '' : ` (skipped: ${id} is not in the cache; npm start fetches it)`
}
