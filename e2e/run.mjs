// Finds or installs a browser, prepares the production build, and runs Playwright against it.
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { buildApp } from '../lib/cli/start/prepare.mjs'
import { fail, say } from '../lib/cli/start/print.mjs'
import { ROOT, settings } from '../lib/cli/start/settings.mjs'
import { findBrowser } from './browser.mjs'

async function main() {
  const browser = findBrowser()
  say('Browser', browser)
  await buildApp(settings([], { ...process.env, PORT: '', HOST: '' }))
  const { status } = spawnSync(
    'npx',
    ['playwright', 'test', '-c', 'e2e/playwright.config.ts', ...process.argv.slice(2)],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, EVOLENS_BROWSER: browser, NEXT_TELEMETRY_DISABLED: '1' },
      shell: process.platform === 'win32',
    },
  )
  process.exit(status ?? 1)
}

main().catch((error) => fail(error))
