import { newStudy } from '../api'
import { expect, test } from '../fixtures'

const TABLE = [
  'model,benchmark,metric,value,n',
  'student-a,mbpp,pass@1,31.2,500',
  'student-b,mbpp,pass@1,0.9,500',
  'student-c,humaneval,pass@1,31.2,164',
  'student-d,mbpp,pass@1,N/A,500',
].join('\n')

test('results: a pasted table needs its unit, is compared where it can be, and stands beside the paper', async ({
  page,
  request,
}) => {
  const studyId = await newStudy(request, 'Results')
  await page.goto(`/studies/${studyId}/results`)
  await expect(page.getByRole('heading', { name: 'No benchmark results yet' })).toBeVisible()
  await page.getByRole('button', { name: 'Import results' }).last().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Paste a table').fill(TABLE)
  const send = dialog.getByRole('button', { name: 'Import', exact: true })
  await send.click()
  await expect(dialog.getByRole('alert')).toContainText('line 2, unit: expected fraction, percent')
  await dialog.getByRole('combobox', { name: 'Unit of a table' }).click()
  await page.getByRole('option', { name: /^percent/ }).click()
  await send.click()
  await expect(dialog).toHaveCount(0)

  const table = page.getByRole('region', { name: 'Benchmark results' })
  await expect(table).toContainText('0.9 %')
  await expect(table).toContainText('not a count of 164')
  await expect(table).toContainText('no value (not_reported)')
  await page.getByLabel('Compare student-a, mbpp, pass@1').check()
  await page.getByLabel('Compare student-b, mbpp, pass@1').check()
  await expect(page.getByText('+30.30 percentage points')).toBeVisible()
  await page.getByLabel('Compare student-c, humaneval, pass@1').check()
  await expect(page.getByText('The benchmark differs: mbpp and humaneval.')).toBeVisible()

  await page.getByLabel('Edit student-a').click()
  await dialog.getByLabel('Student').fill('Llama-3-8B')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('region', { name: 'Models' })).toContainText('as you said')

  await page.getByRole('switch', { name: 'Published numbers of the paper' }).click({ force: true })
  await expect(page).toHaveURL(/paper=true/)
  await page.getByRole('combobox', { name: 'Benchmark' }).click()
  await page.getByRole('option', { name: 'MBPP', exact: true }).click()
  await expect(table).toContainText('arXiv 2412.11231 v1, Table 1')
  await expect(table).toContainText('student-a')

  await page.getByLabel('Remove pasted table.csv').click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByLabel('Remove pasted table.csv')).toBeVisible()
})
