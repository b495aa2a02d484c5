import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import { migrateDatabase, openDatabase } from '@/db/client'
import { readConfig } from '@/lib/config'
import { runEvolens, type Ended } from './cli'
import type { TestStudy } from './imports'

/** A data folder of one test file. */
interface CliFolder {
  folder: string
  /** Runs the command line on the folder. */
  evolens(...args: string[]): Promise<Ended>
  /** Opens the folder's database for `work`, and closes it afterwards. */
  fill<T>(work: (context: Omit<TestStudy, 'studyId'>) => T | Promise<T>): Promise<T>
}

/** Makes a data folder for the tests of a file, which is removed after them. */
export function cliFolder(): CliFolder {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-cli-'))
  const env = { EVOLENS_DATA_DIR: folder, EVOLENS_CACHE_DIR: folder }
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
  return {
    folder,
    evolens: (...args) => runEvolens(args, { ...env, LOG_LEVEL: 'warn' }),
    async fill(work) {
      const config = readConfig(env)
      const db = openDatabase(config.databasePath)
      try {
        migrateDatabase(db)
        return await work({ db, config, close: async () => undefined })
      } finally {
        db.$client.close()
      }
    },
  }
}
