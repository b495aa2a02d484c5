// Draws every figure of a running server's gallery on sheets to look at: on screen in light and in dark, and as printed
// without colour in one column. Usage: node e2e/contact-sheet.mjs <folder> [--url http://127.0.0.1:3000] [--study <id>]
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import { fail, say } from '../lib/cli/start/print.mjs'
import { findBrowser } from './browser.mjs'

// Three screen figures or six columns of paper stand side by side.
const SHEET_PX = 2400
const SCREEN = { width: 1280, height: 900 }
// What the dialog remembers: one column, greys and textures, title and caption.
const PRINT = { format: 'svg', widthMm: 85, fontPt: 8, grey: true, title: true, caption: true }

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** Puts pictures with their names on one page and writes it as PNG. */
async function writeSheet(context, file, title, pictures, width) {
  const page = await context.newPage()
  await page.setViewportSize({ width: SHEET_PX, height: 1000 })
  const figures = pictures.map(
    ({ id, address }) =>
      `<figure style="margin:0 0 16px;break-inside:avoid"><figcaption>${escaped(id)}</figcaption><img style="width:100%;display:block" src="${address}"></figure>`,
  )
  await page.setContent(
    `<body style="margin:16px;font:14px sans-serif;background:#888"><h1>${escaped(title)}</h1><div style="columns:${width}px;column-gap:16px">${figures.join('')}</div>`,
  )
  await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())))
  await page.screenshot({ path: file, fullPage: true })
  await page.close()
}

/** Returns the ids of all figures with the address of the page that shows each alone. */
async function addressesOf(base, study) {
  const index = await (await fetch(`${base}/gallery`)).text()
  const ids = [
    ...new Set([...index.matchAll(/href="\/gallery\/([a-z0-9-]+)"/g)].map(([, id]) => id)),
  ]
  if (ids.length === 0) throw new Error(`${base}/gallery shows no figure: is the server running?`)
  return ids.map((id) => ({
    id,
    url: study
      ? `${base}/studies/${encodeURIComponent(study)}/figures?show=${id}.full`
      : `${base}/gallery/${id}`,
  }))
}

/** Returns the drawing as an address once two looks agree, or null where the figure has nothing to draw. */
async function screenPicture(figure) {
  let last = ''
  for (;;) {
    const now = (await figure.screenshot({ animations: 'disabled' })).toString('base64')
    if (now === last) return `data:image/png;base64,${now}`
    last = now
  }
}

/** Returns the picture that the export dialog shows with the choices of PRINT; null where it cannot be opened. */
async function printedPicture(page) {
  await page
    .getByRole('button', { name: /^Export / })
    .first()
    .click()
  const item = page.getByRole('menuitem', { name: /^Export …/ })
  if (await item.isDisabled()) return null
  await item.click()
  return page.getByRole('dialog').locator('img').getAttribute('src')
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:3000' },
      study: { type: 'string' },
    },
  })
  const [folder] = positionals
  if (!folder)
    throw new Error('Name the folder for the sheets: node e2e/contact-sheet.mjs <folder>')
  fs.mkdirSync(folder, { recursive: true })
  const figures = await addressesOf(values.url, values.study)
  const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] })
  try {
    const context = await browser.newContext({ viewport: SCREEN, reducedMotion: 'reduce' })
    await context.addInitScript((choices) => {
      localStorage.setItem('evolens-figure-export', JSON.stringify(choices))
    }, PRINT)
    const page = await context.newPage()
    const sheets = { light: [], dark: [], print: [] }
    for (const { id, url } of figures) {
      for (const theme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: theme })
        await page.goto(url)
        const figure = page.locator('figure:has(figcaption)').first()
        await figure.waitFor()
        sheets[theme].push({ id, address: await screenPicture(figure) })
      }
      const printed = await printedPicture(page)
      if (printed) {
        sheets.print.push({ id, address: printed })
        const svg = decodeURIComponent(printed.slice(printed.indexOf(',') + 1))
        fs.writeFileSync(path.join(folder, `${id}.svg`), svg)
      } else say('Figures', `${id} has nothing to print`)
    }
    for (const [name, pictures] of Object.entries(sheets)) {
      const file = path.join(folder, `${name}.png`)
      await writeSheet(
        context,
        file,
        `All figures, ${name}`,
        pictures,
        name === 'print' ? 360 : 760,
      )
      say('Sheet', file)
    }
  } finally {
    await browser.close()
  }
}

main().catch((error) => fail(error))
