import AxeBuilder from '@axe-core/playwright'
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { sampleStudy } from '../api'
import { expect, test } from '../fixtures'

const OWN = [
  'claims:',
  '  - id: longer',
  '    claim: Sampled rows of round 3 have more words than the seeds',
  '    metric: instruction_words.instruction',
  '    a: sampled.3',
  '    b: seeds',
].join('\n')

async function chooseOwn(page: Page, text: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: /^(Choose a file|Replace the file)$/ }).click(),
  ])
  await chooser.setFiles({
    name: 'own.yaml',
    mimeType: 'application/yaml',
    buffer: Buffer.from(text),
  })
}

async function download(page: Page, name: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name, exact: true }).click(),
  ])
  return readFile(await file.path(), 'utf8')
}

test('claims: sides, verdicts, own claims with an error by line, documents, figure and rows', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  await page.goto(`/studies/${studyId}/claims`)
  await expect(page.getByText('Choose which two the claims are about.')).toBeVisible()
  await page.getByRole('combobox', { name: 'Small evolver' }).click()
  await page.getByRole('option', { name: /sampled/ }).click()
  await page.getByRole('combobox', { name: 'Large evolver' }).click()
  await page.getByRole('option', { name: /greedy/ }).click()
  await expect(page).toHaveURL(/small=sampled&large=greedy/)
  await expect(page.locator('article')).toHaveCount(19, { timeout: 60_000 })

  const harder = page.locator('#claim-C02')
  await expect(harder.getByText('Not comparable', { exact: true })).toBeVisible()
  await expect(harder).toContainText('Otherwise than in the paper: judge model SmolLM2')
  await harder.getByRole('button', { name: 'Cite' }).click()
  await expect(page.getByRole('menuitem', { name: 'Copy BibTeX' })).toBeEnabled()
  await page.keyboard.press('Escape')
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([])

  await chooseOwn(page, `${OWN}\n    direction: more`)
  await expect(page.getByRole('alert').filter({ hasText: 'line 7' })).toBeVisible()
  await expect(page.locator('#claim-own-longer')).toHaveCount(0)
  await chooseOwn(page, OWN)
  await expect(page.locator('#claim-own-longer')).toContainText('more words than the seeds')

  expect(await download(page, 'Markdown')).toMatch(/^# Claims on Sample[^]*more words/)
  expect(await download(page, 'HTML')).toMatch(/^<!doctype html>[^]*more words/)

  await harder.getByRole('link', { name: 'Figure: Level transitions' }).click()
  await expect(page).toHaveURL(/figures\?.*#figure-level-transitions$/)
  await expect(page.locator('#figure-level-transitions')).toContainText('second evolver')
  await page.goBack()
  await harder.getByRole('link', { name: 'Rows', exact: true }).click()
  await expect(page).toHaveURL(/rows\?/)
  await expect(page.getByRole('grid').or(page.getByRole('table')).first()).toBeVisible()
  await page.goBack()
  await page.getByRole('button', { name: 'Remove own claims' }).click()
  await expect(page.locator('article')).toHaveCount(19)
})
