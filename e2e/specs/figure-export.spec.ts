import fs from 'node:fs'
import { inflateSync } from 'node:zlib'
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures'

const FIGURE = 'ifd-density'

interface Card {
  figure: string
  path: string
  series: { n: number; valued: number }[]
}

async function exported(page: Page, format: 'PDF' | 'SVG' | 'PNG', choose: () => Promise<void>) {
  await page.getByRole('button', { name: /^Export / }).click()
  await page.getByRole('menuitem', { name: /^Export …/ }).click()
  const dialog = page.getByRole('dialog')
  // A picture is there before anything is chosen.
  await expect(dialog.locator('img')).toBeVisible()
  await dialog.getByText(format, { exact: true }).click()
  await choose()
  await expect(dialog.locator('img')).toBeVisible()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: `Save ${format}` }).click(),
  ])
  await expect(dialog).toBeHidden()
  expect(download.suggestedFilename()).toBe(`${FIGURE}.${format.toLowerCase()}`)
  return fs.readFileSync(await download.path())
}

function expectCard(text: string): void {
  const card = JSON.parse(text) as Card
  expect(card).toMatchObject({ figure: FIGURE, path: `/gallery/${FIGURE}` })
  expect(card.series[0]?.n).toBeGreaterThanOrEqual(card.series[0]?.valued ?? Infinity)
  expect(text).not.toContain('127.0.0.1')
}

const unescaped = (xml: string) =>
  xml
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

/** Streams of a PDF, inflated where they are compressed. */
function pdfStreams(pdf: Buffer): string[] {
  const text = pdf.toString('latin1')
  return [...text.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].map(([, body = '']) => {
    try {
      return inflateSync(Buffer.from(body, 'latin1')).toString('latin1')
    } catch {
      return body
    }
  })
}

test('a figure is exported as PDF, SVG and PNG of a size, with its card inside', async ({
  page,
}) => {
  test.slow()
  await page.goto(`/gallery/${FIGURE}`)
  const dialog = page.getByRole('dialog')

  const pdf = await exported(page, 'PDF', () =>
    dialog.getByText('Single column', { exact: true }).click(),
  )
  const plain = pdf.toString('latin1')
  // 85 mm are 240.94 points.
  expect(Number(/\/MediaBox \[0 0 ([\d.]+)/.exec(plain)?.[1])).toBeCloseTo(240.94, 1)
  expect(plain).toContain('/FontFile2')
  expect(plain).not.toContain('/Subtype /Image')
  const streams = pdfStreams(pdf)
  // Texts are letters of the font that is inside, with what they mean for whoever selects them.
  expect(streams.some((stream) => /beginbf(char|range)/.test(stream))).toBe(true)
  expect(streams.some((stream) => /<[0-9a-f]+> Tj/i.test(stream))).toBe(true)
  const card = /<evolens:card>([\s\S]*?)<\/evolens:card>/.exec(streams.join('\n'))?.[1] ?? ''
  expectCard(unescaped(card))

  // The choices of last time are still there.
  const svg = (await exported(page, 'SVG', async () => undefined)).toString()
  expect(svg).toMatch(/<svg [^>]*width="85\.000mm"/)
  const sizes = new Set(
    [...svg.matchAll(/<t(?:ext|span)[^>]* font-size="([^"]+)"/g)].map((m) => m[1]),
  )
  expect([...sizes]).toEqual(['11px'])
  // 11 pixels of the layout are 8 points on paper.
  const [, width] = /viewBox="\S+ \S+ (\d+) /.exec(svg) ?? []
  expect((((11 * 85) / Number(width)) * 72) / 25.4).toBeCloseTo(8, 1)
  expect(svg).toMatch(/<desc>Density of IFD/)
  expectCard(unescaped(/<metadata>([\s\S]*?)<\/metadata>/.exec(svg)?.[1] ?? ''))

  const png = await exported(page, 'PNG', async () => {
    await dialog.getByRole('switch', { name: 'Patterns without colour' }).click()
    await dialog.getByRole('switch', { name: /^Caption/ }).click()
  })
  // 85 mm at 384 pixels an inch.
  expect(Math.abs(png.readUInt32BE(16) - (85 / 25.4) * 384)).toBeLessThanOrEqual(4)
  const at = png.indexOf('iTXtEvolens\0\0\0\0\0')
  const length = png.readUInt32BE(at - 4)
  expectCard(png.toString('utf8', at + 4 + 'Evolens'.length + 5, at + 4 + length))
  const colours = await page.evaluate(async (data) => {
    const image = new Image()
    image.src = `data:image/png;base64,${data}`
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.naturalWidth
    canvas.height = image.naturalHeight
    const context = canvas.getContext('2d')
    context?.drawImage(image, 0, 0)
    const { data: pixels } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? {
      data: [],
    }
    let coloured = 0
    for (let i = 0; i < pixels.length; i += 4) {
      const [r = 0, g = 0, b = 0] = [pixels[i], pixels[i + 1], pixels[i + 2]]
      if (Math.max(r, g, b) - Math.min(r, g, b) > 6) coloured += 1
    }
    return coloured
  }, png.toString('base64'))
  expect(colours).toBe(0)
})

test('a figure is cited from its menu', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`/gallery/${FIGURE}`)
  await page.getByRole('button', { name: /^Export / }).click()
  await page.getByRole('menuitem', { name: 'Copy BibTeX' }).click()
  const text = await page.evaluate(() => navigator.clipboard.readText())
  expect(text).toMatch(/^@misc\{evolens-figure-[0-9a-f]{8},\n {2}title = \{\{IFD\}\}/)
})
