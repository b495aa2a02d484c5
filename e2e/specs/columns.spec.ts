import { newStudy, settle, studyView } from '../api'
import { expect, test } from '../fixtures'

test('further columns are chosen in the mapping, shown, filtered and drawn', async ({
  page,
  request,
}) => {
  const studyId = await newStudy(request, 'Columns trial')
  await page.goto(`/studies/${studyId}`)
  const rows = Array.from({ length: 8 }, (_, k) => ({
    instruction: `Name fruit ${k}.`,
    output: 'Quince.',
    source: k % 4 === 0 ? 'books' : 'web',
    topics: k % 2 === 0 ? ['food', 'easy'] : ['food'],
  }))
  const buffer = Buffer.from(JSON.stringify(rows))
  const file = { name: 'fruits.json', buffer, mimeType: 'application/octet-stream' }
  await page.locator('input[type="file"]').first().setInputFiles([file])
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: /Mapping of columns \(0 of 2/ }).click()
  await dialog.getByRole('checkbox', { name: 'source' }).check()
  await dialog.getByRole('checkbox', { name: 'topics' }).check()
  await expect(dialog.getByRole('combobox', { name: 'Kind of topics' })).toHaveValue('tags')
  await dialog.getByRole('button', { name: 'Import 1 file' }).click()
  await expect(dialog).toBeHidden()
  await settle(request, studyId)
  const { columns } = await studyView(request, studyId)
  expect(columns.map(({ label, shape }) => [label, shape])).toEqual(
    expect.arrayContaining([
      ['source', 'category'],
      ['topics', 'tags'],
    ]),
  )

  await page.goto(`/studies/${studyId}/rows`)
  await expect(page.getByText('books').first()).toBeVisible()
  await page.getByRole('button', { name: /^Filter/ }).click()
  await page.getByRole('combobox', { name: 'Add a column to filter by' }).click()
  await page.getByRole('option', { name: 'source' }).click()
  await page.getByRole('combobox', { name: 'Values of source' }).click()
  await page.getByRole('option', { name: 'books (2)' }).click()
  await expect(page.getByText('2 of 8 rows')).toBeVisible()

  await page.goto(`/studies/${studyId}/figures`)
  const figure = page.locator('#figure-category-shares')
  await figure.getByRole('button', { name: 'Show the imported values' }).click()
  await expect(
    figure.getByText(/The most frequent value of (source is "web"|topics is "food")/),
  ).toBeVisible()
})
