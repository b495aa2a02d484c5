import type { Page } from '@playwright/test'
import { sampleStudy } from '../api'
import { expect, test } from '../fixtures'

const WORDS = 'instruction_words.instruction'

const param = (page: Page, name: string) => new URL(page.url()).searchParams.get(name)

test('two to six sides are added, compared with each other, taken out and swapped in the address', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  await page.goto(`/studies/${studyId}/compare?a=sampled.3&b=greedy.3&metrics=${WORDS}`)
  const add = page.getByRole('button', { name: 'Add a side' })
  for (let sides = 2; sides < 6; sides += 1) {
    await add.click()
    await expect(page.getByRole('combobox', { name: /^Evolver of side/ })).toHaveCount(sides + 1)
  }
  await expect(add).toHaveCount(0)
  const means = page.getByRole('region', { name: 'Means of all sides' })
  await expect(means.getByRole('row')).toHaveCount(7)
  await page.getByText('All pairs', { exact: true }).click()
  const differences = page.getByRole('region', { name: /^Differences in .* of all sides$/ })
  await expect(differences.getByRole('row')).toHaveCount(16)
  await expect(differences.getByText('computing …')).toHaveCount(0)

  await page.getByRole('button', { name: 'Take side F out' }).click()
  await expect(means.getByRole('row')).toHaveCount(6)
  await page.getByRole('button', { name: 'Swap A and B' }).click()
  await expect.poll(() => [param(page, 'a'), param(page, 'b')]).toEqual(['greedy.3', 'sampled.3'])
})
