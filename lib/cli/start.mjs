// Runs before node_modules exists: plain JavaScript, Node's own modules only.
import process from 'node:process'
import { checkMachine } from './start/checks.mjs'
import { installPackages, buildApp } from './start/prepare.mjs'
import { fail, say } from './start/print.mjs'
import { runSetup } from './start/setup.mjs'
import { supervise } from './start/supervise.mjs'
import { settings } from './start/settings.mjs'

async function main() {
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
