import type { Db } from '@/db/client'
import type { Config } from '@/lib/config'

/** What every service call needs: the open database and the parsed environment. */
export interface ServiceContext {
  db: Db
  config: Config
}
