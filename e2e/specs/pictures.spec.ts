import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { APIRequestContext, Page } from '@playwright/test'
import { sampleStudy } from '../api'
import { expect, test } from '../fixtures'
import { cardOf, pdfStreams } from '../pictures'
import { startServer } from '../server'

interface Card {
  figure: string
  path: string
  options: Record<string, unknown>
  preparedAt: string
  exportedAt: string
  citation: unknown
}

interface Listed {
  id: string
  available: boolean
  options: { columns?: string; default: unknown; choices: { value: string }[]; name: string }[]
}

const CHOICES = {
  scale: 2,
  transparent: false,
  widthMm: 85,
  fontPt: 7,
  grey: true,
  title: true,
  caption: true,
}

async function picture(
  request: APIRequestContext,
  studyId: string,
  figureId: string,
  query: Record<string, unknown>,
): Promise<Buffer> {
  const texts = Object.entries(query).map(([name, value]): [string, string] => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ])
  const address = `/api/studies/${studyId}/figures/${figureId}/picture?${new URLSearchParams(texts)}`
  const reply = await request.get(address, { timeout: 120_000 })
  expect(reply.status(), `${figureId}: ${reply.ok() ? '' : await reply.text()}`).toBe(200)
  return reply.body()
}

/** What the export dialog saves of the view that a card names, at the moment that it names. */
async function savedByHand(page: Page, card: Card, format: string): Promise<Buffer> {
  // Playwright's own clock would stop the timers of menus as well.
  await page.addInitScript((at) => (Date.now = () => at), Date.parse(card.exportedAt))
  await page.addInitScript(
    (choices) => localStorage.setItem('evolens-figure-export', JSON.stringify(choices)),
    { ...CHOICES, format },
  )
  // A figure is prepared for each request anew: its moment is the one thing that differs.
  await page.route(`**/figures/${card.figure}?*`, async (route) => {
    const response = await route.fetch()
    const json = (await response.json()) as object
    const preparedAt = Date.parse(card.preparedAt)
    await route.fulfill({ response, json: { ...json, preparedAt, citation: card.citation } })
  })
  await page.goto(card.path)
  const figure = page.locator(`#figure-${card.figure}`)
  await figure.getByRole('button', { name: /^Export / }).click()
  await page.getByRole('menuitem', { name: /^Export …/ }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.locator('img')).toBeVisible()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: /^Save / }).click(),
  ])
  return fs.readFileSync(await download.path())
}

for (const [format, figureId, options, filter] of [
  ['svg', 'difficulty-levels', { view: 'stacked' }, { rounds: [1, 2] }],
  ['pdf', 'ifd-density', { view: 'cumulative', axis: 'own' }, {}],
  ['png', 'level-transitions', { columns: 'all' }, {}],
] as const) {
  test(`a program gets the bytes that the export dialog saves as ${format.toUpperCase()}`, async ({
    page,
    request,
  }) => {
    test.slow()
    const studyId = await sampleStudy(request)
    const query = { format, options, filter, ...CHOICES }
    const file = await picture(request, studyId, figureId, query)
    const card = JSON.parse(cardOf(file, format)) as Card
    expect(card).toMatchObject({ figure: figureId, options })
    expect(card.path).toMatch(new RegExp(`^/studies/${studyId}/figures\\?`))
    const byHand = await savedByHand(page, card, format)
    expect(cardOf(byHand, format)).toBe(cardOf(file, format))
    expect(byHand.equals(file)).toBe(true)
  })
}

test('every figure of the study is drawn as SVG and PDF without a person', async ({
  request,
  page,
}) => {
  test.setTimeout(600_000)
  const studyId = await sampleStudy(request)
  const figures = (await (await request.get(`/api/studies/${studyId}/figures`)).json()) as Listed[]
  expect(figures.length).toBeGreaterThan(25)
  const drawn = await Promise.all(
    figures
      .filter(({ available }) => available)
      .map(async ({ id, options: fields }) => {
        // Figures over any column are drawn of the first ones that have values.
        const open = fields.filter((field) => field.columns && field.default === '')
        const options = Object.fromEntries(
          open.map(({ name, choices }, i) => [name, choices[i]?.value]),
        )
        const svg = (await picture(request, studyId, id, { format: 'svg', options })).toString()
        const pdf = await picture(request, studyId, id, { format: 'pdf', options })
        return { id, svg, pdf }
      }),
  )
  expect(drawn.length).toBeGreaterThan(15)
  for (const { id, svg, pdf } of drawn) {
    const read = await page.evaluate((text) => {
      const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement
      const marks = root.querySelectorAll('path[d], rect, circle, line, polygon, polyline')
      return {
        name: root.nodeName,
        marks: marks.length,
        words: root.querySelectorAll('text').length,
      }
    }, svg)
    expect(read.name, id).toBe('svg')
    // The sheet alone is one; some figures are tables of text.
    expect(read.marks, id).toBeGreaterThan(1)
    expect(read.words, id).toBeGreaterThan(3)
    expect(JSON.parse(cardOf(Buffer.from(svg), 'svg'))).toMatchObject({ figure: id })
    const plain = pdf.toString('latin1')
    expect(plain.match(/\/Type \/Page\b/g), id).toHaveLength(1)
    expect(plain, id).toContain('/FontFile2')
    expect(plain, id).not.toContain('/Subtype /Image')
    expect(pdfStreams(pdf).join('\n'), id).toMatch(/<[0-9a-f]+> Tj/i)
    expect(JSON.parse(cardOf(pdf, 'pdf'))).toMatchObject({ figure: id })
  }
})

test('what cannot be drawn is refused in words', async ({ request }) => {
  const studyId = await sampleStudy(request)
  for (const [address, status, message] of [
    ['ifd-density/picture?widthMm=8', 400, /widthMm/],
    ['ifd-density/picture?format=exe', 400, /format/],
    ['distribution/picture', 400, /column/],
    ['results-over-rounds/picture', 422, /nothing to draw.*import/],
    ['no-such-figure/picture', 404, /no-such-figure/],
  ] as const) {
    const reply = await request.get(`/api/studies/${studyId}/figures/${address}`)
    expect([address, reply.status(), await reply.text()]).toEqual([
      address,
      status,
      expect.stringMatching(message),
    ])
  }
})

const masked = (file: string) => file.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then')

test('the command line writes the same picture, with no server of the user', async ({
  request,
  server,
}) => {
  test.setTimeout(300_000)
  const studyId = await sampleStudy(request)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-pictures-'))
  const run = (args: string[], env: Record<string, string> = {}) =>
    spawnSync(
      process.execPath,
      ['--import', 'tsx', 'lib/cli/main.ts', 'figure', ...args, '--study', studyId],
      {
        env: { ...process.env, EVOLENS_DATA_DIR: server.dataDir, ...env },
        encoding: 'utf8',
        timeout: 200_000,
      },
    )
  try {
    const file = path.join(folder, 'one.svg')
    const flags = ['--width-mm', '85', '--grey', '--caption', '--option', 'view=cumulative']
    const { status, stderr } = run(['ifd-density', '--svg', file, ...flags])
    expect([status, stderr]).toEqual([0, ''])
    const query = { widthMm: 85, grey: true, caption: true, options: { view: 'cumulative' } }
    const asked = await picture(request, studyId, 'ifd-density', { format: 'svg', ...query })
    expect(masked(fs.readFileSync(file, 'utf8'))).toBe(masked(asked.toString()))

    const none = run(['ifd-density', '--pdf', file], { EVOLENS_BROWSER: path.join(folder, 'none') })
    expect([none.status, none.stderr]).toEqual([4, expect.stringMatching(/EVOLENS_BROWSER names/)])
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
})

test("the README's Python script draws the study's figures", async ({ request, server }) => {
  test.setTimeout(300_000)
  const studyId = await sampleStudy(request)
  const readme = fs.readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8')
  const script = /```python\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const address = 'http://127.0.0.1:3000/api/studies/<id>'
  expect(script).toContain(address)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-pictures-'))
  try {
    const own = script.replace(address, `${server.url}/api/studies/${studyId}`)
    const { status, stdout, stderr } = spawnSync('python3', ['-c', own], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 280_000,
    })
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^results-over-rounds .*nothing to draw/m)
    const written = fs.readdirSync(folder)
    expect(written).toEqual(expect.arrayContaining(['ifd-density.pdf', 'ifd.png']))
    expect(written.length + stdout.trim().split('\n').length).toBeGreaterThan(28)
    const png = fs.readFileSync(path.join(folder, 'ifd.png'))
    expect(JSON.parse(cardOf(png, 'png'))).toMatchObject({ options: { view: 'cumulative' } })
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
})

test('a server with an access token draws for who sends it', async ({ playwright }) => {
  test.slow()
  const token = 'a-token-of-twenty-letters'
  const guarded = await startServer({ complete: true, token })
  const api = await playwright.request.newContext({
    baseURL: guarded.url,
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
  })
  try {
    const studyId = await sampleStudy(api)
    const svg = await picture(api, studyId, 'ifd-density', { format: 'svg' })
    expect(svg.toString()).not.toContain(token)
    const address = `${guarded.url}/api/studies/${studyId}/figures/ifd-density/picture`
    expect((await fetch(address)).status).toBe(401)
  } finally {
    await api.dispose()
    await guarded.stop()
  }
})
