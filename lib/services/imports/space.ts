import { statfsSync } from 'node:fs'
import { AppError } from '@/lib/errors'

/** Bytes of database for a byte of file: rows with their index, and the log that holds them once more until it is folded in. */
const BYTES_PER_FILE_BYTE = 2
/** Left alone, so that a broken-off import can still be cleared away and pages keep working. */
const RESERVE_BYTES = 96 * 1024 * 1024

/** Returns the bytes that may still be written where a folder lies. */
export type FreeBytes = (folder: string) => number

const freeBytes: FreeBytes = (folder) => {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

function megabytes(bytes: number): string {
  return `${Math.max(0, Math.ceil(bytes / 1e6)).toLocaleString('en-US')} MB`
}

/** Watches the disk of the database while a file is imported into it. */
export class DiskSpace {
  constructor(
    private readonly folder: string,
    private readonly fileName: string,
    private readonly free: FreeBytes = freeBytes,
  ) {}

  /** Throws `data_error` when a file of this size will not fit. */
  require(sizeBytes: number): void {
    const needed = sizeBytes * BYTES_PER_FILE_BYTE + RESERVE_BYTES
    const free = this.free(this.folder)
    if (free >= needed) return
    throw new AppError(
      'data_error',
      `${this.fileName}: importing it takes about ${megabytes(needed)} and ${megabytes(free)} are free where the database lies. Free some space, or set EVOLENS_DATA_DIR to a folder on another disk.`,
    )
  }

  /** Throws `data_error` when an upload of this size will not fit. */
  requireUpload(sizeBytes: number): void {
    const free = this.free(this.folder)
    if (free >= sizeBytes + RESERVE_BYTES) return
    throw new AppError(
      'data_error',
      `${this.fileName}: it has ${megabytes(sizeBytes)} and ${megabytes(free)} are free where uploads lie. Free some space, or set EVOLENS_DATA_DIR to a folder on another disk.`,
    )
  }

  /** Throws `data_error` while there is still room to undo what was staged. */
  check(): void {
    if (this.free(this.folder) >= RESERVE_BYTES / 2) return
    throw new AppError(
      'data_error',
      `${this.fileName}: the disk of the database is nearly full, so the import was undone; nothing of the file is stored. Free some space and import it again.`,
    )
  }
}
