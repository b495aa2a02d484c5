import { spawn, type ChildProcess } from 'node:child_process'
import { freePort } from '@/lib/cli/free-port'
import { isBuilt } from '@/lib/cli/start/bundle.mjs'
import { GIVES_BACK_MEMORY, WEB_ARGUMENTS } from '@/lib/cli/start/settings.mjs'
import type { Config } from '@/lib/config'

/** Returns why the web server cannot be started here, or null. */
export function noBuild(): string | null {
  return isBuilt() ? null : 'there is no build; run "npm start -- --prepare" first'
}

/** Starts the built web server over a data folder, and returns its process and address; whoever starts it ends it. */
export async function spawnWeb({
  dataDir,
  cacheDir,
}: Pick<Config, 'dataDir' | 'cacheDir'>): Promise<{ web: ChildProcess; url: string }> {
  const port = await freePort()
  const web = spawn(process.execPath, [...WEB_ARGUMENTS, 'lib/cli/start/web.mjs'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      ...GIVES_BACK_MEMORY,
      NODE_ENV: 'production',
      EVOLENS_DATA_DIR: dataDir,
      EVOLENS_CACHE_DIR: cacheDir,
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'silent',
    },
  })
  return { web, url: `http://127.0.0.1:${port}` }
}
