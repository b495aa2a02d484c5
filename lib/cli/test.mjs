// `npm test` on a fresh clone: installs the packages, then runs verify and e2e. Plain JavaScript, like start.mjs.
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { installPackages } from './start/prepare.mjs'
import { fail } from './start/print.mjs'
import { ROOT, childEnvironment, settings } from './start/settings.mjs'

async function main() {
  const options = settings([], { ...process.env, PORT: '', HOST: '' })
  await installPackages(options)
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
