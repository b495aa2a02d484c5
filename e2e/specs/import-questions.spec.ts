import { chooseFiles, chooseInNewStudy, importChosen, newStudy } from '../api'
import { expect, test } from '../fixtures'

test('a column that looks like the response is asked about and taken over', async ({
  page,
  request,
}) => {
  const rows = [{ instruction: 'Name a fruit.', input: '', std_answer: 'Quince.' }]
  const file = { name: 'fruits.json', content: rows }
  const chosen = await chooseInNewStudy(page, request, 'Question trial', [file])
  const { dialog } = chosen
  const card = dialog.getByRole('region', { name: 'fruits.json' })
  await expect(card.getByText(/"std_answer" looks like one/)).toBeVisible()
  await expect(card.getByText(/100 % sure/)).toHaveCount(0)
  await expect(card.getByRole('checkbox', { name: 'fruits.json' })).toBeDisabled()
  await expect(dialog.getByRole('button', { name: 'Import 0 files' })).toBeDisabled()
  await card.getByRole('button', { name: 'Use the suggestion' }).click()
  await expect(card.getByText('Quince.')).toBeVisible()
  const detail = await importChosen(request, chosen)
  expect(detail.cells[0]?.responses).toMatchObject({ present: 1, missing: 0 })
})

test('a question may be answered with no, and an open one is refused over HTTP too', async ({
  page,
  request,
}) => {
  const studyId = await newStudy(request, 'No answers')
  await page.goto(`/studies/${studyId}`)
  const preview = page.waitForResponse((response) => response.url().endsWith('/imports/preview'))
  const rows = [{ prompt: 'Name a fruit.', erwiderung: 'Quince, or so.' }]
  await chooseFiles(page, [{ name: 'fruits.json', content: rows }])
  const { previews } = (await (await preview).json()) as { previews: { plan: object }[] }
  const refused = await request.post(`/api/studies/${studyId}/imports`, {
    data: { plans: previews.map(({ plan }) => plan) },
  })
  expect([refused.status(), await refused.text()]).toEqual([
    400,
    expect.stringContaining('erwiderung'),
  ])
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: 'Use the suggestion' })).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Import as shown' }).click()
  const detail = await importChosen(request, { studyId, dialog })
  expect(detail.cells[0]?.responses).toMatchObject({ present: 0, missing: 1 })
})

test('speakers that are not known are named and chosen', async ({ page, request }) => {
  const chat = [
    { from: 'Alice', value: 'A question?' },
    { from: 'Bob', value: 'Quince.' },
  ]
  const file = { name: 'chat.json', content: [{ conversations: chat }] }
  const { dialog } = await chooseInNewStudy(page, request, 'Speakers', [file])
  await expect(dialog.getByText(/speakers that are not known: "Alice", "Bob"/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Use the suggestion' }).click()
  await expect(dialog.getByRole('cell', { name: 'Quince.' })).toBeVisible()
  await dialog.getByRole('button', { name: 'Mapping of columns' }).click()
  await expect(dialog.getByLabel('“Bob” is').first()).toHaveValue('assistant')
})

test('an evolved file that holds its seeds gives both', async ({ page, request }) => {
  const rows = ['apple', 'pear', 'plum'].map((fruit) => ({
    original: `Name a ${fruit}.`,
    evolved: `Name a rare ${fruit}.`,
    response: 'Well.',
  }))
  const file = { name: 'tool-output.json', content: rows }
  const chosen = await chooseInNewStudy(page, request, 'Seeds inside', [file])
  await expect(chosen.dialog.getByText(/its seeds are read from it/)).toBeVisible()
  const { cells } = await importChosen(request, chosen)
  expect(cells.map((cell) => [cell.armKey, cell.round, cell.rowCount])).toEqual([
    [null, 0, 3],
    ['evolver', 1, 3],
  ])
  expect(cells[1]?.alignment).toMatchObject({ kind: 'text', matched: 3, total: 3 })
})
