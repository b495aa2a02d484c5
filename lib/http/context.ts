import { migrateDatabase, openDatabase } from '@/db/client'
import { readConfig } from '@/lib/config'
import type { ServiceContext } from '@/lib/services/context'
import { ensureBuiltInBackends } from '@/lib/services/backends'

// Next's reload in development re-evaluates modules; the connection lives on globalThis so that it is opened once.
const holder = globalThis as typeof globalThis & { evolensContext?: ServiceContext }

/** Returns the process-wide database and configuration; opens and migrates the database on first use. */
export function getContext(): ServiceContext {
  if (!holder.evolensContext) {
    const config = readConfig()
    const db = openDatabase(config.databasePath)
    migrateDatabase(db)
    ensureBuiltInBackends(db)
    holder.evolensContext = { db, config }
    // The last one to close the file leaves no journal behind: an orderly stop (db/check.ts).
    process.once('exit', () => db.$client.close())
  }
  return holder.evolensContext
}

/**
 * Replaces the process-wide context, for routes that run without a web server; null makes the next call open it afresh.
 */
export function setContext(context: ServiceContext | null): void {
  if (context) holder.evolensContext = context
  else delete holder.evolensContext
}
