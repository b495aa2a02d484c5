import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import process from 'node:process'
import { StartError, say } from '../lib/cli/start/print.mjs'

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

function playwrightBrowser() {
  const { chromium } = createRequire(import.meta.url)('@playwright/test')
  const file = chromium.executablePath()
  return file && fs.existsSync(file) ? file : null
}

function systemBrowser() {
  return SYSTEM_BROWSERS.find((file) => fs.existsSync(file)) ?? null
}

function install() {
  say('Browser', 'none found; trying the download of Playwright')
  spawnSync('npx', ['playwright', 'install', 'chromium'], { stdio: 'ignore', timeout: 300_000 })
  if (playwrightBrowser()) return
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
  const named = process.env.EVOLENS_BROWSER
  if (named) {
    if (fs.existsSync(named)) return named
    throw new StartError(
      `EVOLENS_BROWSER names ${named}, which does not exist`,
      'correct it or unset it.',
    )
  }
  const found = playwrightBrowser() ?? systemBrowser()
  if (found) return found
  install()
  const installed = playwrightBrowser() ?? systemBrowser()
  if (installed) return installed
  throw new StartError(
    'the browser tests need a Chromium and none could be installed',
    'install one (Debian: apt-get install chromium; elsewhere: npx playwright install chromium) or name it in EVOLENS_BROWSER.',
  )
}
