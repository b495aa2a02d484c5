import fs from 'node:fs'
import path from 'node:path'

/** Mode of folders that hold data, texts and keys: for the user who started the program only. */
export const PRIVATE_FOLDER = 0o700
/** Mode of files in them. */
export const PRIVATE_FILE = 0o600

function tighten(at: string, mode: number): void {
  try {
    if ((fs.statSync(at).mode & 0o777) !== mode) fs.chmodSync(at, mode)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Gone meanwhile, or a disk or owner that does not let us: nothing that a start should fail for.
    if (code !== 'ENOENT' && code !== 'EPERM' && code !== 'EROFS') throw error
  }
}

/** Makes a folder, and what is missing above it, for this user only; an existing one is closed to others. */
export function makePrivateFolder(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  tighten(folder, PRIVATE_FOLDER)
}

/** Makes an empty file for this user only unless it is there; an existing one is closed to others. */
export function makePrivateFile(file: string): void {
  fs.closeSync(fs.openSync(file, 'a', PRIVATE_FILE))
  tighten(file, PRIVATE_FILE)
}

/** Closes to others whatever of ours lies in a data folder; files that the program does not know stay as they are. */
export function tightenDataFolder(dataDir: string): void {
  makePrivateFolder(dataDir)
  const isOurs = /^(evolens\.sqlite.*|worker\.lock.*|session\.key|clean-stop)$/
  for (const entry of fs.readdirSync(dataDir, { withFileTypes: true })) {
    const at = path.join(dataDir, entry.name)
    if (entry.isFile() && isOurs.test(entry.name)) tighten(at, PRIVATE_FILE)
    if (!entry.isDirectory() || !['uploads', 'vectors'].includes(entry.name)) continue
    tighten(at, PRIVATE_FOLDER)
    for (const below of fs.readdirSync(at, { recursive: true, withFileTypes: true })) {
      const file = path.join(below.parentPath, below.name)
      if (below.isDirectory()) tighten(file, PRIVATE_FOLDER)
      else if (below.isFile()) tighten(file, PRIVATE_FILE)
    }
  }
}
