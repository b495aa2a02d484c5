import { checkAfterUncleanStop } from '@/db/check'
import { migrateDatabase, openDatabase } from '@/db/client'
import { tightenDataFolder } from '@/db/private-files'
import { readConfig } from '@/lib/config'
import { AppError } from '@/lib/errors'
import { isDiskFull } from '@/lib/worker/disk-full'
import { ensureBuiltInBackends } from '@/lib/services/backends'
import type { ServiceContext } from '@/lib/services/context'
import { listStudies } from '@/lib/services/studies'

const READ_ONLY = /^(EROFS|EACCES|EPERM|ENOENT|SQLITE_READONLY\w*|SQLITE_CANTOPEN\w*)$/

/** Returns the plain message for a data folder that is full or cannot be written, any other error as it is. */
export function storageError(error: unknown, dataDir: string): unknown {
  if (isDiskFull(error)) {
    return new AppError(
      'data_error',
      `The disk that holds ${dataDir} is full. Free some space, or set EVOLENS_DATA_DIR to a folder on another disk.`,
      { cause: error },
    )
  }
  const code = (error as { code?: unknown } | null)?.code
  if (error instanceof AppError || typeof code !== 'string' || !READ_ONLY.test(code)) return error
  return new AppError(
    'data_error',
    `The data folder ${dataDir} cannot be written (${code}). Give yourself write access to it, or set EVOLENS_DATA_DIR to a folder that you may write.`,
    { cause: error },
  )
}

/**
 * Opens the data folder's database, brings it up to date and returns what services need. With `onCheck` the folder is
 * closed to other users and the database looked through first if its last stop was not an orderly one; `onCheck` is told.
 */
export function openContext(onCheck?: () => void): ServiceContext {
  const config = readConfig()
  try {
    const db = openDatabase(config.databasePath)
    if (onCheck) {
      tightenDataFolder(config.dataDir)
      if (checkAfterUncleanStop(db.$client)) onCheck()
    }
    migrateDatabase(db)
    ensureBuiltInBackends(db)
    return { db, config }
  } catch (error) {
    throw storageError(error, config.dataDir)
  }
}

/** Returns the id of the study with this id or name; throws `not_found` with the names there are. */
export function findStudy({ db }: ServiceContext, nameOrId: string): string {
  const studies = listStudies(db)
  const wanted = nameOrId.toLowerCase()
  const matches = studies.filter(
    (study) => study.id === nameOrId || study.name.toLowerCase() === wanted,
  )
  if (matches.length === 1) return (matches[0] as { id: string }).id
  if (matches.length > 1)
    throw new AppError('invalid_input', `Several studies are named "${nameOrId}"; use the id.`)
  const names = studies.map((study) => `"${study.name}"`).join(', ') || 'none'
  throw new AppError('not_found', `There is no study "${nameOrId}". There are: ${names}.`)
}
