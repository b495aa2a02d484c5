import fs from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures'
import { cardOf, pdfStreams } from '../pictures'

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
  expectCard(cardOf(pdf, 'pdf'))

  // The choices of last time are still there.
  const drawn = await exported(page, 'SVG', async () => undefined)
  const svg = drawn.toString()
  expect(svg).toMatch(/<svg [^>]*width="85\.000mm"/)
  const sizes = new Set(
    [...svg.matchAll(/<t(?:ext|span)[^>]* font-size="([^"]+)"/g)].map((m) => m[1]),
  )
  expect([...sizes]).toEqual(['11px'])
  // 11 pixels of the layout are 8 points on paper.
  const [, width] = /viewBox="\S+ \S+ (\d+) /.exec(svg) ?? []
  expect((((11 * 85) / Number(width)) * 72) / 25.4).toBeCloseTo(8, 1)
  expect(svg).toMatch(/<desc>Density of IFD/)
  expectCard(cardOf(drawn, 'svg'))

  const png = await exported(page, 'PNG', async () => {
    await dialog.getByRole('switch', { name: 'Patterns without colour' }).click()
    await dialog.getByRole('switch', { name: /^Caption/ }).click()
  })
  // 85 mm at 384 pixels an inch.
  expect(Math.abs(png.readUInt32BE(16) - (85 / 25.4) * 384)).toBeLessThanOrEqual(4)
  expectCard(cardOf(png, 'png'))
  const found = await page.evaluate(async (data) => {
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
    let atEdge = 0
    for (let i = 0; i < pixels.length; i += 4) {
      const [r = 0, g = 0, b = 0] = [pixels[i], pixels[i + 1], pixels[i + 2]]
      if (Math.max(r, g, b) - Math.min(r, g, b) > 6) coloured += 1
      if ((i / 4 + 1) % canvas.width === 0 && Math.min(r, g, b) < 250) atEdge += 1
    }
    return { coloured, atEdge }
  }, png.toString('base64'))
  // Letters are those of the layout: on a machine without fonts as wide as Arial lines would be cut.
  expect(found).toEqual({ coloured: 0, atEdge: 0 })
})

test('labels that the font of PDF files lacks are pictures that say their text', async ({
  page,
}) => {
  await page.goto(`/gallery/${FIGURE}`)
  const dialog = page.getByRole('dialog')
  const labels = ['\u65e5\u672c\u8a9e', '\u05e9\u05dc\u05d5\u05dd', '\ud83d\ude00']
  const pdf = await exported(page, 'PDF', async () => {
    await page.evaluate((texts) => {
      const plate = document.querySelector('[inert] > div')
      for (const text of texts) {
        const line = document.createElement('p')
        line.dataset.figureText = ''
        line.textContent = text
        plate?.append(line)
      }
    }, labels)
    await dialog.getByRole('switch', { name: /^Caption/ }).click()
  })
  const plain = pdf.toString('latin1')
  expect(plain).toContain('/FontFile2')
  expect(plain.match(/\/Subtype \/Image/g)?.length).toBeGreaterThanOrEqual(3)
  const content = pdfStreams(pdf).join('\n')
  for (const label of labels) {
    const hex = Buffer.from(label, 'utf16le').swap16().toString('hex')
    expect(content).toMatch(new RegExp(`ActualText <feff${hex}>>> BDC[^B]* Do\\s+Q?\\s*EMC`))
  }
  // The numbers of the axis are still letters.
  expect(content).toMatch(/<[0-9a-f]+> Tj/i)
})

test('a figure is cited from its menu', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`/gallery/${FIGURE}`)
  await page.getByRole('button', { name: /^Export / }).click()
  await page.getByRole('menuitem', { name: 'Copy BibTeX' }).click()
  const text = await page.evaluate(() => navigator.clipboard.readText())
  expect(text).toMatch(/^@misc\{evolens-figure-[0-9a-f]{8},\n {2}title = \{\{IFD\}\}/)
})

test('a card of text keeps backgrounds, rules, marks, broken words and every script', async ({
  page,
}) => {
  await page.goto(`/gallery/${FIGURE}`)
  const figure = page.locator('figure').first()
  await expect(figure.locator('svg.recharts-surface').first()).toBeVisible()
  await figure.evaluate((node) => {
    const card = document.createElement('div')
    card.innerHTML = `<table data-figure-text style="width: 420px; table-layout: fixed; border-collapse: collapse; font: 14px sans-serif">
      <tr><th style="border-bottom: 2px solid rgb(10, 20, 30)">Round</th><th style="border-bottom: 2px solid rgb(10, 20, 30)">Text</th></tr>
      <tr><td style="background: rgb(220, 230, 240)">left cell</td><td>right cell</td></tr>
      <tr><td><del style="color: rgb(180, 0, 0)">gone</del></td><td><ins style="color: rgb(0, 120, 0); background: rgb(210, 250, 210)">came</ins></td></tr>
      <tr><td style="overflow-wrap: anywhere">${'Abcdefghij'.repeat(20)}</td><td>&lt;b&gt; &amp; <span data-figure-skip>left out</span></td></tr>
      <tr><td>${'日本語の文'.repeat(20)}</td><td dir="rtl">שלום עולם</td></tr>
    </table>`
    node.firstElementChild?.append(card)
  })
  await page.getByRole('button', { name: /^Export / }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'SVG', exact: true }).click(),
  ])
  const svg = fs.readFileSync(await download.path(), 'utf8')
  const read = await page.evaluate((source) => {
    const drawn = new DOMParser().parseFromString(source, 'image/svg+xml')
    const value = (element: Element, name: string) => Number(element.getAttribute(name))
    return {
      texts: [...drawn.querySelectorAll('text')].map((text) => ({
        text: text.textContent ?? '',
        fill: text.getAttribute('fill'),
        x: value(text, 'x'),
        y: value(text, 'y'),
      })),
      fills: [...drawn.querySelectorAll('rect')].map((rect) => ({
        fill: rect.getAttribute('fill'),
        x: value(rect, 'x'),
        y: value(rect, 'y'),
        width: value(rect, 'width'),
        height: value(rect, 'height'),
      })),
      rules: [...drawn.querySelectorAll('path[stroke]')].map((path) => ({
        stroke: path.getAttribute('stroke'),
        width: path.getAttribute('stroke-width'),
        y: Number(/^M\S+ ([\d.-]+)h/.exec(path.getAttribute('d') ?? '')?.[1]),
      })),
      parserErrors: drawn.querySelectorAll('parsererror, script, b').length,
    }
  }, svg)
  const find = (text: string) => {
    const found = read.texts.find((one) => one.text === text)
    if (!found) throw new Error(`the picture has no text "${text}"`)
    return found
  }
  expect(read.parserErrors).toBe(0)
  // Cells are texts of their own, on the background of their cell.
  const [left, right] = [find('left cell'), find('right cell')]
  expect(left.y).toBe(right.y)
  expect(right.x).toBeGreaterThan(left.x + 100)
  const cell = read.fills.find(({ fill }) => fill === 'rgb(220, 230, 240)')
  expect(cell && cell.x <= left.x && cell.y < left.y && cell.y + cell.height > left.y).toBe(true)
  const heads = read.rules.filter(({ stroke }) => stroke === 'rgb(10, 20, 30)')
  expect(heads.map(({ width }) => width)).toEqual(['2.0', '2.0'])
  expect(heads[0]?.y).toBeGreaterThan(find('Round').y)
  expect(heads[0]?.y).toBeLessThan(left.y)
  // Struck words are crossed above their baseline, inserted ones underlined below it.
  const [gone, came] = [find('gone'), find('came')]
  const crossed = read.rules.find(({ stroke }) => stroke === 'rgb(180, 0, 0)')
  expect(gone.y - (crossed?.y ?? 0)).toBeGreaterThan(2)
  const underlined = read.rules.find(({ stroke }) => stroke === 'rgb(0, 120, 0)')
  expect((underlined?.y ?? 0) - came.y).toBeGreaterThan(0)
  expect(read.fills.some(({ fill }) => fill === 'rgb(210, 250, 210)')).toBe(true)
  // A word or sentence that the page breaks goes on in the next line, with every letter once.
  for (const [letters, whole] of [
    [/^[A-Ja-j]+$/, 'Abcdefghij'.repeat(20)],
    [/^[\u3000-\u9fff]+$/, '日本語の文'.repeat(20)],
  ] as const) {
    const lines = read.texts.filter(({ text, y }) => y > gone.y && letters.test(text))
    expect(lines.length).toBeGreaterThan(1)
    expect(lines.map(({ text }) => text).join('')).toBe(whole)
    expect(new Set(lines.map(({ y }) => y)).size).toBe(lines.length)
  }
  find('<b> &')
  expect(read.texts.some(({ text }) => text.includes('left out'))).toBe(false)
  // Hebrew: the first word stands to the right of the second.
  const hebrew = read.texts.filter(({ text }) => /[\u05d0-\u05ea]/.test(text))
  expect(hebrew.map(({ text }) => text).join(' ')).toBe('שלום עולם')
})
