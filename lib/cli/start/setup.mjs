import { spawn } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'
import { ROOT, childEnvironment } from './settings.mjs'
import { StartError } from './print.mjs'

/** Fetches models, migrates the database and loads the sample: TypeScript from here on, in a process of its own. */
export function runSetup(options) {
  const args = ['--import', 'tsx', path.join(ROOT, 'lib', 'cli', 'main.ts'), 'setup']
  if (!options.sample) args.push('--no-sample')
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: childEnvironment(options),
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const stop = (signal) => child.kill(signal)
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.removeListener('SIGINT', stop)
      process.removeListener('SIGTERM', stop)
      if (code === 0) resolve()
      else if (signal) process.exit(130)
      else reject(new StartError('setting up the data folder failed', 'read the lines above.'))
    })
  })
}
