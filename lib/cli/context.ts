import { migrateDatabase, openDatabase } from '@/db/client'
import { readConfig } from '@/lib/config'
import { AppError } from '@/lib/errors'
import { ensureBuiltInBackends } from '@/lib/services/backends'
import type { ServiceContext } from '@/lib/services/context'
import { listStudies } from '@/lib/services/studies'

/** Opens the data folder's database, brings it up to date and returns what services need. */
export function openContext(): ServiceContext {
  const config = readConfig()
  const db = openDatabase(config.databasePath)
  migrateDatabase(db)
  ensureBuiltInBackends(db)
  return { db, config }
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
