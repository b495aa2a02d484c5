import fs from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { zipSync } from 'fflate'
import { importFile, newStudy, settle, studyView } from '../api'
import { expect, test } from '../fixtures'

function alpaca(round: number, rows = 12): Buffer {
  const items = Array.from({ length: rows }, (_, i) => ({
    instruction: `Round ${round}: describe object number ${i} in detail.`,
    input: i % 3 === 0 ? `object ${i}` : '',
    output: i === 5 ? '' : `Object ${i} is described here.`,
  }))
  return Buffer.from(JSON.stringify(items, null, 4))
}

function choose(page: Page, files: { name: string; buffer: Buffer }[]): Promise<void> {
  const input = page.locator('input[type="file"]').first()
  return input.setInputFiles(
    files.map((file) => ({ ...file, mimeType: 'application/octet-stream' })),
  )
}

test('files are dropped, previewed, corrected and imported, and rows are aligned with their parents', async ({
  page,
  request,
}) => {
  const studyId = await newStudy(request, 'Import trial')
  await page.goto(`/studies/${studyId}`)
  await choose(page, [
    { name: 'objects-seeds.json', buffer: alpaca(0) },
    { name: 'objects-iter1-small.json', buffer: alpaca(1) },
  ])
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('objects-iter1-small.json').first()).toBeVisible()
  await dialog.getByRole('button', { name: 'Import 2 files' }).click()
  await expect(dialog).toBeHidden()
  await settle(request, studyId)
  const detail = await studyView(request, studyId)
  expect(detail.cells).toHaveLength(2)
  const evolved = detail.cells.find((cell) => cell.armKey !== null)
  expect(evolved?.alignment).toMatchObject({ matched: 12, total: 12 })
  expect(evolved?.responses?.missing).toBe(1)
  await page.reload()
  await expect(page.getByRole('table').first()).toContainText('12')
})

test('a broken file names row and byte and stays out, the others go on', async ({
  page,
  request,
}) => {
  const studyId = await newStudy(request, 'Broken trial')
  await page.goto(`/studies/${studyId}`)
  const broken = '{"instruction": "a", "output": "b"}\n{"instruction": "c", \n'
  await choose(page, [
    { name: 'broken-seeds.jsonl', buffer: Buffer.from(broken) },
    { name: 'objects-seeds.json', buffer: alpaca(0) },
  ])
  const dialog = page.getByRole('dialog')
  const card = dialog.getByRole('region', { name: 'broken-seeds.jsonl' })
  await expect(card.getByRole('alert')).toContainText(/row 2, line 2, byte \d+: .*Expected: /)
  await expect(card.getByRole('checkbox', { name: 'broken-seeds.jsonl' })).toBeDisabled()
  await dialog.getByRole('button', { name: 'Import 1 file' }).click()
  await expect(dialog).toBeHidden()
  await settle(request, studyId)
  const detail = await studyView(request, studyId)
  expect(detail.cells.map((cell) => cell.fileName)).toEqual(['objects-seeds.json'])

  await page.goto(`/studies/${studyId}?do=import`)
  await choose(page, [{ name: 'broken-seeds.jsonl', buffer: Buffer.from(broken) }])
  const skip = card.getByRole('switch', { name: /Skip rows/ })
  await expect(dialog.getByRole('button', { name: 'Import 0 files' })).toBeDisabled()
  await skip.click({ force: true })
  await dialog.getByRole('button', { name: 'Import 1 file' }).click()
  await expect(dialog).toBeHidden()
  await settle(request, studyId)
  const after = await studyView(request, studyId)
  expect(after.cells.map((cell) => cell.rowCount).toSorted((a, b) => a - b)).toEqual([1, 12])
})

test('an exported bundle is dropped as it is and comes back', async ({ page, request }) => {
  const studyId = await newStudy(request, 'Bundle trial')
  const rows = Array.from({ length: 4 }, (_, i) => ({
    instruction: `Name colour ${i}.`,
    input: '',
    output: `Colour ${i}`,
    min_neighbor_distance: i / 10,
  }))
  const file = { name: 'colours.json', text: JSON.stringify(rows) }
  await importFile(request, studyId, file)
  expect((await studyView(request, studyId)).columns.map((column) => column.id)).toContain(
    'imported_mnd.mnd',
  )
  const wanted = {
    studyId,
    state: { filter: {}, sort: {}, columns: [] },
    format: 'llama-factory',
    name: 'colour-set',
  }
  const bundle = await request.get(
    `/api/studies/${studyId}/export/download?request=${encodeURIComponent(JSON.stringify(wanted))}`,
  )
  expect(bundle.ok(), `download: ${bundle.status()}`).toBe(true)
  const again = await newStudy(request, 'Bundle again')
  await page.goto(`/studies/${again}`)
  await choose(page, [{ name: 'colour-set.zip', buffer: await bundle.body() }])
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('region', { name: 'colour-set.json' })).toContainText(
    'Name colour 3.',
  )
  await expect(dialog.getByText(/sidecar/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Import 1 file' }).click()
  await expect(dialog).toBeHidden()
  await settle(request, again)
  expect((await studyView(request, again)).cells.map((cell) => cell.rowCount)).toEqual([4])
})

test('text of a data set is shown as text, never run', async ({ page, request }) => {
  const studyId = await newStudy(request, 'Hostile trial')
  const hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
  const rows = [{ instruction: hostile, input: '', output: hostile }]
  await importFile(request, studyId, { name: 'hostile-seeds.json', text: JSON.stringify(rows) })
  await page.goto(`/studies/${studyId}/rows`)
  await expect(page.getByText('<img src=x').first()).toBeVisible()
  expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined()
})

test('a file that cannot be read as it is shows the decision that helps, and it is kept with the rows', async ({
  page,
  request,
}) => {
  const studyId = await newStudy(request, 'Opening trial')
  await page.goto(`/studies/${studyId}`)
  // "instruction,output" and one row in the bytes that Excel writes in China.
  const chinese = Buffer.from('aW5zdHJ1Y3Rpb24sb3V0cHV0CsTjusOjrMrAvecssNm/xgo=', 'base64')
  const wrapped = Buffer.from('{"version": "1", "data": [{"instruction": "a", "output": "b"}]}')
  await choose(page, [
    { name: 'gb-seeds.csv', buffer: chinese },
    { name: 'wrapped-iter1-small.json', buffer: wrapped },
  ])
  const dialog = page.getByRole('dialog')
  const table = dialog.getByRole('region', { name: 'gb-seeds.csv' })
  await expect(table.getByRole('checkbox', { name: 'gb-seeds.csv' })).toBeDisabled()
  await table.getByRole('button', { name: 'It looks like gb18030: use it' }).click()
  await expect(table.getByRole('cell', { name: '\u4f60\u597d\uff0c\u4e16\u754c' })).toBeVisible()
  const object = dialog.getByRole('region', { name: 'wrapped-iter1-small.json' })
  await object.getByRole('button', { name: 'Read the rows from this property' }).click()
  await expect(object.getByText('Rows are read from a property of one object.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Import 2 files' }).click()
  await expect(dialog).toBeHidden()
  await settle(request, studyId)
  const detail = await studyView(request, studyId)
  expect(detail.cells.map(({ rowCount }) => rowCount)).toEqual([1, 1])
})

test('other requests are answered at once while a hostile file is looked at', async ({
  request,
}) => {
  const studyId = await newStudy(request, 'Wide trial')
  const wide = Buffer.from(`${'name,'.repeat(1_500_000)}name\n1\n`)
  const upload = await request.post('/api/uploads?name=wide.csv', {
    data: wide,
    headers: { 'content-type': 'application/octet-stream' },
  })
  const { uploadId } = (await upload.json()) as { uploadId: string }
  const state = { isDone: false }
  const started = Date.now()
  const preview = request
    .post(`/api/studies/${studyId}/imports/preview`, { data: { uploadIds: [uploadId] } })
    .finally(() => (state.isDone = true))
  const waits: number[] = []
  while (!state.isDone) {
    const asked = performance.now()
    expect((await request.get('/api/health')).ok()).toBe(true)
    waits.push(performance.now() - asked)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const taken = Date.now() - started
  const { previews } = (await (await preview).json()) as {
    previews: { error: { message: string } }[]
  }
  expect(previews[0]?.error.message).toContain('1500001 columns')
  const median = waits.toSorted((a, b) => a - b)[Math.floor(waits.length / 2)] as number
  // Half of the answers tell whether the process is held up; the slowest one also tells of the machine.
  expect(median).toBeLessThan(100)
  expect(Math.max(...waits)).toBeLessThan(Math.max(500, taken / 2))
})

test('a hostile archive is refused with 422 and nothing of it is unpacked', async ({
  request,
  server,
}) => {
  const studyId = await newStudy(request, 'Archive trial')
  const upload = await request.post('/api/uploads?name=twice.zip', {
    data: Buffer.from(zipSync({ 'Data.json': alpaca(0), 'data.JSON': alpaca(1) })),
    headers: { 'content-type': 'application/octet-stream' },
  })
  const { uploadId } = (await upload.json()) as { uploadId: string }
  const before = fs.readdirSync(path.join(server.dataDir, 'uploads'))
  const reply = await request.post(`/api/studies/${studyId}/imports/preview`, {
    data: { uploadIds: [uploadId] },
  })
  expect(reply.status()).toBe(422)
  expect(await reply.text()).toContain('differ only by case')
  expect(fs.readdirSync(path.join(server.dataDir, 'uploads'))).toEqual(before)
})
