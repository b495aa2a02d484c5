import fs from 'node:fs'
import path from 'node:path'
import { zipSync } from 'fflate'
import {
  chooseFiles,
  chooseInNewStudy,
  importChosen,
  importFile,
  newStudy,
  studyView,
  uploadBytes,
} from '../api'
import { expect, test } from '../fixtures'

function alpaca(round: number, rows = 12): Buffer {
  const items = Array.from({ length: rows }, (_, i) => ({
    instruction: `Round ${round}: describe object number ${i} in detail.`,
    input: i % 3 === 0 ? `object ${i}` : '',
    output: i === 5 ? '' : `Object ${i} is described here.`,
  }))
  return Buffer.from(JSON.stringify(items, null, 4))
}

test('files are dropped, previewed, corrected and imported, and rows are aligned with their parents', async ({
  page,
  request,
}) => {
  const chosen = await chooseInNewStudy(page, request, 'Import trial', [
    { name: 'objects-seeds.json', content: alpaca(0) },
    { name: 'objects-iter1-small.json', content: alpaca(1) },
  ])
  await expect(chosen.dialog.getByText('objects-iter1-small.json').first()).toBeVisible()
  const detail = await importChosen(request, chosen, 2)
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
  const content = Buffer.from('{"instruction": "a", "output": "b"}\n{"instruction": "c", \n')
  const broken = { name: 'broken-seeds.jsonl', content }
  const chosen = await chooseInNewStudy(page, request, 'Broken trial', [
    broken,
    { name: 'objects-seeds.json', content: alpaca(0) },
  ])
  const { studyId, dialog } = chosen
  const card = dialog.getByRole('region', { name: 'broken-seeds.jsonl' })
  await expect(card.getByRole('alert')).toContainText(/row 2, line 2, byte \d+: .*Expected: /)
  await expect(card.getByRole('checkbox', { name: 'broken-seeds.jsonl' })).toBeDisabled()
  const detail = await importChosen(request, chosen)
  expect(detail.cells.map((cell) => cell.fileName)).toEqual(['objects-seeds.json'])

  await page.goto(`/studies/${studyId}?do=import`)
  await chooseFiles(page, [broken])
  const skip = card.getByRole('switch', { name: /Skip rows/ })
  await expect(dialog.getByRole('button', { name: 'Import 0 files' })).toBeDisabled()
  await skip.click({ force: true })
  const after = await importChosen(request, chosen)
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
  const zip = { name: 'colour-set.zip', content: await bundle.body() }
  const again = await chooseInNewStudy(page, request, 'Bundle again', [zip])
  const { dialog } = again
  const restored = dialog.getByRole('region', { name: 'colour-set seeds.jsonl' })
  await expect(restored).toContainText('Name colour 3.')
  await expect(restored).toContainText('Restored from an export of Evolens: 4 seeds.')
  const { cells } = await importChosen(request, again)
  expect(cells.map((cell) => cell.rowCount)).toEqual([4])
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
  // "instruction,output" and one row in the bytes that Excel writes in China.
  const chinese = Buffer.from('aW5zdHJ1Y3Rpb24sb3V0cHV0CsTjusOjrMrAvecssNm/xgo=', 'base64')
  const wrapped = Buffer.from('{"version": "1", "data": [{"instruction": "a", "output": "b"}]}')
  const chosen = await chooseInNewStudy(page, request, 'Opening trial', [
    { name: 'gb-seeds.csv', content: chinese },
    { name: 'wrapped-iter1-small.json', content: wrapped },
  ])
  const { dialog } = chosen
  const table = dialog.getByRole('region', { name: 'gb-seeds.csv' })
  await expect(table.getByRole('checkbox', { name: 'gb-seeds.csv' })).toBeDisabled()
  await table.getByRole('button', { name: 'It looks like gb18030: use it' }).click()
  await expect(table.getByRole('cell', { name: '\u4f60\u597d\uff0c\u4e16\u754c' })).toBeVisible()
  const object = dialog.getByRole('region', { name: 'wrapped-iter1-small.json' })
  await object.getByRole('button', { name: 'Read the rows from this property' }).click()
  await expect(object.getByText('Rows are read from a property of one object.')).toBeVisible()
  const detail = await importChosen(request, chosen, 2)
  expect(detail.cells.map(({ rowCount }) => rowCount)).toEqual([1, 1])
})

test('other requests are answered at once while a hostile file is looked at', async ({
  request,
}) => {
  const studyId = await newStudy(request, 'Wide trial')
  const wide = Buffer.from(`${'name,'.repeat(1_500_000)}name\n1\n`)
  const uploadId = await uploadBytes(request, 'wide.csv', wide)
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
  const zip = Buffer.from(zipSync({ 'Data.json': alpaca(0), 'data.JSON': alpaca(1) }))
  const uploadId = await uploadBytes(request, 'twice.zip', zip)
  const before = fs.readdirSync(path.join(server.dataDir, 'uploads'))
  const reply = await request.post(`/api/studies/${studyId}/imports/preview`, {
    data: { uploadIds: [uploadId] },
  })
  expect(reply.status()).toBe(422)
  expect(await reply.text()).toContain('differ only by case')
  expect(fs.readdirSync(path.join(server.dataDir, 'uploads'))).toEqual(before)
})
