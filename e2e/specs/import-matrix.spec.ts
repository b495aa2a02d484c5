import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { importChosen, newStudy } from '../api'
import { expect, test } from '../fixtures'

function rows(count: number, word: string): string {
  const items = Array.from({ length: count }, (_, k) => ({
    instruction: `Say ${word} number ${k}.`,
    input: `number ${k}`,
    output: `It is ${word} ${k}.`,
    hint: `Hint ${k}`,
  }))
  return JSON.stringify(items)
}

/** Two seed sets with three rounds each; one file is named for a round that there is already. */
const FILES: Record<string, string> = {
  'sums-seeds.json': rows(6, 'sum'),
  'sums-iter1-small.json': rows(6, 'sum 1'),
  'sums-iter2-small.json': rows(6, 'sum 2'),
  'sums-iter3-small.json': rows(5, 'sum 3'),
  'words-seeds.json': rows(4, 'word'),
  'words-iter1-small.json': rows(4, 'word 1'),
  'words-iter3-small.json': rows(4, 'word 2'),
  'notes.json': rows(4, 'note'),
}

test('a folder of eight files is one matrix; a file is moved by keyboard and all is imported', async ({
  page,
  request,
}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-matrix-'))
  for (const [name, text] of Object.entries(FILES)) fs.writeFileSync(path.join(folder, name), text)
  const studyId = await newStudy(request, 'Matrix trial')
  await page.goto(`/studies/${studyId}`)
  await page.locator('input[aria-label="Folder to import"]').first().setInputFiles(folder)
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('button', { name: 'Import 7 files' })).toBeEnabled()
  const places = dialog.getByRole('region', { name: 'Places of the files' })
  await expect(places.getByRole('row')).toHaveCount(3)
  await expect(places.getByRole('columnheader')).toHaveText([
    'Seed set',
    'Seeds',
    /Small.*Round 1/s,
    /Small.*Round 2/s,
    /Small.*Round 3/s,
  ])
  await expect(places.getByRole('button', { name: /sums-iter3.*other size/ })).toBeVisible()
  const tray = dialog.getByRole('group', { name: 'Not imported' })
  await expect(tray.getByRole('button')).toHaveText([/notes\.json.*choose a place/s])

  // The round without a parent is a round too far to the right.
  const late = places.getByRole('button', { name: /words-iter3-small\.json.*no parent/ })
  await late.focus()
  await page.keyboard.press('Shift+ArrowLeft')
  const moved = places.getByRole('button', { name: /words-iter3-small\.json/ })
  await expect(moved).toBeFocused()
  await expect(moved).not.toHaveAccessibleName(/no parent/)
  await expect(dialog.getByRole('textbox', { name: 'Round', exact: true })).toHaveValue('2')
  // Into a cell that is taken, and back.
  await page.keyboard.press('Shift+ArrowUp')
  await expect(places.getByRole('button', { name: /same cell twice/ })).toHaveCount(2)
  await expect(dialog.getByRole('button', { name: 'Import 7 files' })).toBeDisabled()
  await page.keyboard.press('Shift+ArrowDown')

  // One mapping for all files of the shape.
  await dialog.getByRole('button', { name: /Mapping of columns/ }).click()
  await dialog.getByRole('combobox', { name: 'Input', exact: true }).click()
  await page.getByRole('option', { name: 'hint' }).click()
  const shapes = dialog.getByRole('region', { name: 'Mappings by shape' })
  await expect(shapes.getByRole('row').nth(1)).toContainText('input=hint')
  await expect(shapes.getByRole('button', { name: /Use the mapping of the others/ })).toHaveCount(0)

  const { cells } = await importChosen(request, { studyId, dialog }, 7)
  const found = cells.map(({ fileName, armKey, round }) => `${fileName} ${armKey} ${round}`)
  expect(found.toSorted()).toEqual([
    'sums-iter1-small.json small 1',
    'sums-iter2-small.json small 2',
    'sums-iter3-small.json small 3',
    'sums-seeds.json null 0',
    'words-iter1-small.json small 1',
    'words-iter3-small.json small 2',
    'words-seeds.json null 0',
  ])

  // The mapping is known the next time, and can be forgotten.
  await page.goto(`/studies/${await newStudy(request, 'Matrix again')}`)
  const file = { name: 'more-seeds.json', mimeType: 'application/json' }
  const buffer = Buffer.from(rows(2, 'more'))
  await page
    .locator('input[type="file"]')
    .first()
    .setInputFiles([{ ...file, buffer }])
  await expect(dialog.getByText(/Mapping of the last import.*Matrix trial/)).toBeVisible()
  await expect(dialog.getByRole('cell', { name: 'Hint 1' })).toBeVisible()
  await dialog.getByRole('button', { name: 'Forget it' }).click()
  await expect(dialog.getByText(/Mapping of the last import/)).toBeHidden()
  expect(await (await request.get('/api/mappings')).text()).not.toContain('Matrix trial')
  fs.rmSync(folder, { recursive: true })
})
