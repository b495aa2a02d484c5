import { chooseInNewStudy, importChosen } from '../api'
import { expect, test } from '../fixtures'

test('further columns are chosen in the mapping, shown, filtered and drawn', async ({
  page,
  request,
}) => {
  const rows = Array.from({ length: 8 }, (_, k) => ({
    instruction: `Name fruit ${k}.`,
    output: 'Quince.',
    source: k % 4 === 0 ? 'books' : 'web',
    topics: k % 2 === 0 ? ['food', 'easy'] : ['food'],
  }))
  const file = { name: 'fruits.json', content: rows }
  const chosen = await chooseInNewStudy(page, request, 'Columns trial', [file])
  const { studyId, dialog } = chosen
  await dialog.getByRole('button', { name: /Mapping of columns \(0 of 2/ }).click()
  await dialog.getByRole('checkbox', { name: 'source' }).check()
  await dialog.getByRole('checkbox', { name: 'topics' }).check()
  await expect(dialog.getByRole('combobox', { name: 'Kind of topics' })).toHaveValue('tags')
  const { columns } = await importChosen(request, chosen)
  expect(columns.map(({ label, shape }) => [label, shape])).toEqual(
    expect.arrayContaining([
      ['source', 'category'],
      ['topics', 'tags'],
    ]),
  )

  await page.goto(`/studies/${studyId}/rows`)
  await expect(page.getByText('books').first()).toBeVisible()
  // The names of the rows stay in sight when the table is moved sideways.
  const name = page.getByRole('button', { name: /^Open row 0/ })
  const place = await name.boundingBox()
  await page
    .getByRole('region', { name: 'Table of rows' })
    .evaluate((box) => (box.scrollLeft = 300))
  await expect.poll(() => name.boundingBox()).toEqual(place)
  await page.getByRole('region', { name: 'Table of rows' }).evaluate((box) => (box.scrollLeft = 0))
  await page.getByRole('button', { name: /^Filter/ }).click()
  await page.getByRole('combobox', { name: 'Add a column to filter by' }).click()
  await page.getByRole('option', { name: 'source' }).click()
  await page.getByRole('combobox', { name: 'Values of source' }).click()
  await page.getByRole('option', { name: 'books (2)' }).click()
  await expect(page.getByText('2 of 8 rows').first()).toBeVisible()

  await page.goto(`/studies/${studyId}/figures`)
  const figure = page.locator('#figure-category-shares')
  await figure.scrollIntoViewIfNeeded()
  await figure.getByRole('button', { name: 'Show the imported values' }).click()
  await expect(
    figure.getByText(/The most frequent value of (source is "web"|topics is "food")/),
  ).toBeVisible()
})
