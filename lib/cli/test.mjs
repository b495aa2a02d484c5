// `npm test` on a fresh clone: installs the packages, then runs verify and e2e. Plain JavaScript, like start.mjs.
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { installPackages } from './start/prepare.mjs'
import { fail, say } from './start/print.mjs'
import { ROOT, childEnvironment, settings } from './start/settings.mjs'

/** Tests with real weights run where the models can be had; elsewhere they are skipped with the reason in their title. */
function fetchModels(options) {
  const args = ['--import', 'tsx', 'lib/cli/main.ts', 'models', 'fetch']
  const { status } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: childEnvironment(options),
  })
  if (status !== 0) say('Models', 'not fetched: the tests that need them are skipped')
}

async function main() {
  const options = settings([], { ...process.env, PORT: '', HOST: '' })
  await installPackages(options)
  fetchModels(options)
  for (const script of ['verify', 'e2e']) {
    process.stdout.write(`\n== npm run ${script}\n`)
    const { status } = spawnSync('npm', ['run', '--silent', script], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...childEnvironment(options), HOST: '', PORT: '' },
      shell: process.platform === 'win32',
    })
    if (status !== 0) process.exit(status ?? 1)
  }
}

main().catch((error) => fail(error))
