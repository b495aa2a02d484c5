import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

function isRoot(folder: string): boolean {
  const file = path.join(folder, 'package.json')
  if (!existsSync(file)) return false
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown }).name === 'evolens'
  } catch {
    return false
  }
}

/**
 * Returns the project's root folder: the nearest folder above this file, or else above the working directory, that
 * holds the application's package.json. Bundled code lies elsewhere than its source, so no relative path is used.
 */
export function projectRoot(): string {
  for (const start of [path.dirname(fileURLToPath(import.meta.url)), process.cwd()]) {
    let folder = start
    for (;;) {
      if (isRoot(folder)) return folder
      const parent = path.dirname(folder)
      if (parent === folder) break
      folder = parent
    }
  }
  return process.cwd()
}
