import type { Page } from '@playwright/test'
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

test('files are dropped, previewed, corrected and imported, and rows meet their parents', async ({
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
