// Runs before node_modules exists: plain JavaScript, Node's own modules only.
import process from 'node:process'
import { checkMachine } from './checks.mjs'
import { installPackages, buildApp } from './prepare.mjs'
import { fail, say } from './print.mjs'
import { runSetup } from './setup.mjs'
import { supervise } from './supervise.mjs'
import { settings } from './settings.mjs'

// How often it is looked whether npm is still there.
const LOOK_MS = 1_000

/**
 * Ends this process in order when the npm that started it is gone: npm hands signals to its shell only, and the shell
 * dies of them without telling anybody.
 */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, LOOK_MS)
  timer.unref()
}

async function main() {
  endWithNpm()
  const options = settings(process.argv.slice(2), process.env)
  if (options.help) {
    process.stdout.write(options.help)
    return
  }
  await checkMachine(options)
  await installPackages(options)
  if (!options.dev) await buildApp(options)
  await runSetup(options)
  if (options.prepareOnly) {
    say('Ready', 'everything is prepared; start with: npm start')
    return
  }
  await supervise(options)
}

main().catch((error) => fail(error))
