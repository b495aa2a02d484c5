import { newStudy, settle } from '../api'
import { expect, test } from '../fixtures'

function alpaca(round: number, rows = 12): Buffer {
  const items = Array.from({ length: rows }, (_, i) => ({
    instruction: `Round ${round}: describe object number ${i} in detail.`,
    input: i % 3 === 0 ? `object ${i}` : '',
    output: i === 5 ? '' : `Object ${i} is described here.`,
  }))
  return Buffer.from(JSON.stringify(items, null, 4))
}

test('files are dropped, previewed, corrected and imported, and rows meet their parents', async ({
  page,
  request,
}) => {
  const studyId = await newStudy(request, 'Import trial')
  await page.goto(`/studies/${studyId}`)
  await page
    .locator('input[type="file"]')
    .first()
    .setInputFiles([
      { name: 'objects-seeds.json', mimeType: 'application/json', buffer: alpaca(0) },
      { name: 'objects-iter1-small.json', mimeType: 'application/json', buffer: alpaca(1) },
    ])
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('objects-iter1-small.json').first()).toBeVisible()
  await dialog.getByRole('button', { name: 'Import 2 files' }).click()
  await expect(dialog).toBeHidden()
  await settle(request, studyId)
  const detail = (await (await request.get(`/api/studies/${studyId}`)).json()) as {
    cells: {
      armKey: string | null
      alignment: { matched: number; total: number } | null
      responses: { missing: number } | null
    }[]
  }
  expect(detail.cells).toHaveLength(2)
  const evolved = detail.cells.find((cell) => cell.armKey !== null)
  expect(evolved?.alignment).toMatchObject({ matched: 12, total: 12 })
  expect(evolved?.responses?.missing).toBe(1)
  await page.reload()
  await expect(page.getByRole('table').first()).toContainText('12')
})

test('a broken file names row and byte, and nothing is imported', async ({ page, request }) => {
  const studyId = await newStudy(request, 'Broken trial')
  await page.goto(`/studies/${studyId}`)
  const broken = Buffer.from('{"instruction": "a", "output": "b"}\n{"instruction": "c", \n')
  await page
    .locator('input[type="file"]')
    .first()
    .setInputFiles([{ name: 'broken.jsonl', mimeType: 'application/jsonl', buffer: broken }])
  await expect(page.getByRole('dialog').getByText(/byte/i).first()).toBeVisible()
  await page.getByRole('button', { name: 'Import 1 file' }).click()
  await expect
    .poll(async () => {
      const jobs = (await (await request.get(`/api/jobs?studyId=${studyId}`)).json()) as {
        state: string
        error: string | null
      }[]
      return jobs.map((job) => `${job.state}: ${job.error}`).join()
    })
    .toMatch(/failed: .*row 2.*byte/i)
  const detail = (await (await request.get(`/api/studies/${studyId}`)).json()) as {
    cells: unknown[]
  }
  expect(detail.cells).toHaveLength(0)
})

test('text of a data set is shown as text, never run', async ({ page, request }) => {
  const studyId = await newStudy(request, 'Hostile trial')
  const hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
  const rows = [{ instruction: hostile, input: '', output: hostile }]
  const upload = await request.post('/api/uploads?name=hostile-seeds.json', {
    data: Buffer.from(JSON.stringify(rows)),
    headers: { 'content-type': 'application/octet-stream' },
  })
  const { uploadId } = (await upload.json()) as { uploadId: string }
  const preview = await request.post(`/api/studies/${studyId}/imports/preview`, {
    data: { uploadIds: [uploadId] },
  })
  const { previews } = (await preview.json()) as { previews: { plan: object }[] }
  await request.post(`/api/studies/${studyId}/imports`, {
    data: { plans: previews.map(({ plan }) => plan) },
  })
  await settle(request, studyId)
  await page.goto(`/studies/${studyId}/rows`)
  await expect(page.getByText('<img src=x').first()).toBeVisible()
  expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined()
})
