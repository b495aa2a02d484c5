import fs from 'node:fs'
import { sampleRows, sampleStudy } from '../api'
import { expect, test } from '../fixtures'

test('exactly the filtered rows are downloaded, and they import again', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  await page.goto(`/studies/${studyId}/export`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Export')
  await page.getByText('JSONL', { exact: true }).first().click()
  const waiting = page.waitForEvent('download')
  await page
    .getByRole('link', { name: /Download/ })
    .or(page.getByRole('button', { name: /^Download/ }))
    .first()
    .click()
  const download = await waiting
  const file = await download.path()
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n')
  expect(lines).toHaveLength(sampleRows())
  expect(JSON.parse(lines[0] ?? '')).toHaveProperty('instruction')
})

test('the LLaMA-Factory bundle is checked before the download', async ({ page, request }) => {
  const studyId = await sampleStudy(request)
  await page.goto(`/studies/${studyId}/export`)
  await page.getByText('LLaMA-Factory', { exact: false }).first().click()
  await expect(page.getByRole('complementary', { name: 'Check and download' })).toContainText(
    /rows/,
  )
})
