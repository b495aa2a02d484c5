import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { request, type Page } from '@playwright/test'
import { newStudy } from '../api'
import { expect, test } from '../fixtures'
import { startServer } from '../server'

/** Five pieces and a bit. */
const ROWS = 90_000

function writeRows(file: string): string {
  const lines = Array.from({ length: ROWS }, (_, k) =>
    JSON.stringify({
      instruction: `Describe object ${k}: ${'word '.repeat(40)}`,
      input: '',
      output: `Object ${k} is described here, ${'at length '.repeat(20)}`,
    }),
  )
  fs.writeFileSync(file, lines.join('\n'))
  return createHash('sha256').update(fs.readFileSync(file)).digest('hex')
}

/** Lets pieces through one by one, and tells where each begins. */
async function watchPieces(page: Page, fate: (no: number) => 'send' | 'cut') {
  const offsets: number[] = []
  await page.route('**/api/uploads/parts/*?offset=*', async (route) => {
    offsets.push(Number(new URL(route.request().url()).searchParams.get('offset')))
    if (fate(offsets.length) === 'cut') await route.abort('connectionreset')
    else await route.continue()
  })
  return offsets
}

test('a large upload outlives lost connections, a killed server and a reload of the page', async ({
  page,
}, info) => {
  test.setTimeout(180_000)
  const server = await startServer()
  try {
    const file = info.outputPath('big-seeds.jsonl')
    fs.mkdirSync(path.dirname(file), { recursive: true })
    const sha256 = writeRows(file)
    const api = await request.newContext({ baseURL: server.url })
    const studyId = await newStudy(api, 'Large upload')
    await page.goto(`${server.url}/studies/${studyId}?do=import`)
    const dialog = page.getByRole('dialog')
    const card = dialog.getByRole('region', { name: 'big-seeds.jsonl' })
    const choose = () => page.locator('input[type="file"]').first().setInputFiles(file)

    // Two lost connections, after which it gets on; then none until the page is loaded again.
    const before = await watchPieces(page, (no) =>
      no === 2 || no === 3 || no >= 5 ? 'cut' : 'send',
    )
    await choose()
    await expect(card).toContainText('connection lost, trying again')
    await expect.poll(() => before.length).toBeGreaterThan(4)
    expect(new Set(before).size).toBe(3)

    await server.restart()
    await page.reload()
    await expect(dialog).toContainText('The upload of big-seeds.jsonl stopped before its end')
    await page.unroute('**/api/uploads/parts/*?offset=*')
    const after = await watchPieces(page, () => 'send')
    await choose()
    await expect(card).toContainText('alpaca', { timeout: 60_000 })
    expect(after[0]).toBe(before.at(-1))
    const folders = fs.readdirSync(`${server.dataDir}/uploads`)
    expect(folders).toHaveLength(1)
    const stored = fs.readFileSync(`${server.dataDir}/uploads/${folders[0]}/data`)
    expect(createHash('sha256').update(stored).digest('hex')).toBe(sha256)
  } finally {
    await server.stop()
  }
})
