import { importFile, newStudy, settle, studyView } from '../api'
import { expect, test } from '../fixtures'

const TOPICS = [
  'volcanoes',
  'chess',
  'leap years',
  'Roman law',
  'bread',
  'whales',
  'taxes',
  'rivers',
]

function rows(words: string, id: (k: number) => string) {
  return TOPICS.map((topic, k) => ({
    id: id(k),
    instruction: `${words} ${topic}, please.`,
    input: '',
    output: 'An answer.',
  }))
}

test('rows in another order meet by id, and operators are set in the matrix', async ({
  page,
  request,
}) => {
  const studyId = await newStudy(request, 'Alignment trial')
  const seeds = JSON.stringify(rows('Tell me about', (k) => `${k}`))
  const evolved = JSON.stringify(rows('In three steps, explain', (k) => `${k}_1`).toReversed())
  await importFile(request, studyId, { name: 'tasks-seeds.json', text: seeds })
  await importFile(request, studyId, { name: 'tasks-iter1-teamA.json', text: evolved })
  const alignment = async () => {
    const { cells } = await studyView(request, studyId)
    return cells.find((cell) => cell.armKey !== null)?.alignment
  }
  expect(await alignment()).toMatchObject({ kind: 'id', matched: 8, total: 8, version: 1 })

  await page.goto(`/studies/${studyId}`)
  await page.getByRole('button', { name: /aligned, no operators/ }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText(/aligned by id: the id without its last word/)).toBeVisible()
  await dialog.getByRole('combobox', { name: 'Operators' }).click()
  await page.getByRole('option', { name: 'Four depth operators, rotating' }).click()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog).toBeHidden()
  await settle(request, studyId)
  expect(await alignment()).toMatchObject({ kind: 'id', matched: 8, version: 2, operatorRows: 8 })
  await page.reload()
  await expect(page.getByRole('button', { name: /100% aligned/ })).toBeVisible()
})
