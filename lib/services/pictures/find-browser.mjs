import fs from 'node:fs'
import process from 'node:process'

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/microsoft-edge',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

/**
 * Returns the path of a Chromium: the one that EVOLENS_BROWSER names, Playwright's own (`own`), the system's; null where
 * there is none. Throws where EVOLENS_BROWSER names none.
 * @param {string} own
 * @returns {string | null}
 */
export function findChromium(own) {
  const named = process.env.EVOLENS_BROWSER
  if (named) {
    if (fs.existsSync(/*turbopackIgnore: true*/ named)) return named
    throw new Error(`EVOLENS_BROWSER names ${named}, which does not exist. Correct it or unset it.`)
  }
  const places = [own, ...SYSTEM_BROWSERS]
  return places.find((file) => file && fs.existsSync(/*turbopackIgnore: true*/ file)) ?? null
}
