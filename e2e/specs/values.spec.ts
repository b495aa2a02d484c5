import { chooseFiles, importChosen, importFile, newStudy, settle } from '../api'
import { expect, test } from '../fixtures'

const ROWS = Array.from({ length: 6 }, (_, i) => ({
  instruction: `Name ${i} fruits.`,
  input: '',
  output: `Fruit ${i}.`,
}))
const PLACE = { seedSetKey: 'fruit', seedSetLabel: 'Fruit', armKey: 'small', armLabel: 'Small' }

test('values without rows go to the rows that the user chooses, and are drawn as imported', async ({
  page,
  request,
}) => {
  const studyId = await newStudy(request, 'Values')
  const rows = { name: 'a.json', text: JSON.stringify(ROWS) }
  await importFile(request, studyId, rows, { ...PLACE, round: 1, align: 'none', armClass: 'small' })
  const levels = (count: number, dataset: string) =>
    JSON.stringify({ 'very easy': 1, easy: count, medium: 1, hard: 0, 'very hard': 0, dataset })
  await page.goto(`/studies/${studyId}?do=import`)
  const dialog = page.getByRole('dialog')

  // Two results in one file: nothing is imported before place and result are chosen.
  const content = Buffer.from(`${levels(1, 'one')}\n${levels(3, 'two')}\n`)
  await chooseFiles(page, [{ name: 'quality.json', content }])
  await expect(dialog.getByText('Your decision is needed.')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Import 0 files' })).toBeDisabled()
  await dialog.getByRole('combobox', { name: 'Values of the rows of' }).click()
  await page.getByRole('option', { name: /fruit, small, round 1: a\.json/ }).click()
  await dialog.getByRole('combobox', { name: 'Result' }).click()
  await page.getByRole('option', { name: /2: two: difficulty levels of 5 rows/ }).click()
  await importChosen(request, { studyId, dialog })

  // Counts that do not fit are refused before anything is imported.
  await page.goto(`/studies/${studyId}?do=import`)
  await chooseFiles(page, [
    { name: 'raw.jsonl', content: Buffer.from('{"ppl":[0,2,0,1],"loss":[0,2,0,1]}\n') },
  ])
  await dialog.getByRole('combobox', { name: 'Values of the rows of' }).click()
  await page.getByRole('option', { name: /a\.json/ }).click()
  await expect(dialog.getByText('1 line, while the file there has 6 rows')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Import 1 file' })).toBeDisabled()
  await settle(request, studyId)
  const figure = await request.get(
    `/api/studies/${studyId}/figures/difficulty-levels?options=${encodeURIComponent('{"values":"imported"}')}`,
  )
  expect(await figure.text()).toContain('5 of 6 rows')
})
