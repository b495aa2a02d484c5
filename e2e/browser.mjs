import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import process from 'node:process'
import { chromium } from '@playwright/test'
import { StartError, say } from '../lib/cli/start/print.mjs'
import { findChromium } from '../lib/services/pictures/find-browser.mjs'

/** Returns the path of a Chromium that is here, or null. */
function presentBrowser() {
  return findChromium(chromium.executablePath())
}

function install() {
  say('Browser', 'none found; trying the download of Playwright')
  spawnSync('npx', ['playwright', 'install', 'chromium'], { stdio: 'ignore', timeout: 300_000 })
  if (presentBrowser()) return
  const isRoot = process.getuid?.() === 0
  if (fs.existsSync('/usr/bin/apt-get') && isRoot) {
    say('Browser', 'trying the system package chromium')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env })
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      stdio: 'ignore',
      env,
    })
  }
}

/** Returns the path of a Chromium: EVOLENS_BROWSER, Playwright's own, the system's, else one that it installs. */
export function findBrowser() {
  const found = presentBrowser()
  if (found) return found
  install()
  const installed = presentBrowser()
  if (installed) return installed
  throw new StartError(
    'the browser tests need a Chromium and none could be installed',
    'install one (Debian: apt-get install chromium; elsewhere: npx playwright install chromium) or name it in EVOLENS_BROWSER.',
  )
}
