import type { APIRequestContext, Page } from '@playwright/test'
import { importFile, newStudy } from '../api'
import { expect, test } from '../fixtures'

const ROWS = Array.from({ length: 6 }, (_, k) => ({
  instruction: `Name river ${k}.`,
  output: 'Elbe.',
}))

async function study(request: APIRequestContext, name: string, rows = ROWS): Promise<string> {
  const studyId = await newStudy(request, name)
  await importFile(request, studyId, { name: `${name}.json`, text: JSON.stringify(rows) })
  return studyId
}

/** Opens the table of rows with the first row under the keys. */
async function openTable(page: Page, studyId: string): Promise<void> {
  await page.goto(`/studies/${studyId}/rows`)
  await expect(page.getByText('Name river 0.').first()).toBeVisible()
  await expect(async () => {
    await page.keyboard.press('ArrowDown')
    await expect(page).toHaveURL(/at=0/, { timeout: 2000 })
  }).toPass({ timeout: 20_000 })
}

test('by keys alone rows are kept, tagged, noted and excluded, all with a log that undoes and brings back', async ({
  page,
  request,
}) => {
  const studyId = await study(request, 'Decided')
  const kept = async (filter: object) => {
    const state = encodeURIComponent(JSON.stringify({ filter }))
    const path = `/api/studies/${studyId}/rows?offset=0&limit=1&state=${state}`
    return ((await (await request.get(path)).json()) as { total: number }).total
  }
  await openTable(page, studyId)
  await page.keyboard.press('x')
  await page.getByRole('textbox', { name: 'Reason, for the log of decisions' }).fill('reads well')
  await page.getByRole('region', { name: 'Selected rows' }).getByText('Keep').click()
  await expect(page.getByText('1 row: kept.')).toBeVisible()
  for (const [key, typed, said] of [
    ['t', 'water', 'tagged'],
    ['n', 'look again', 'noted'],
  ] as const) {
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('x')
    await expect(page.getByText('1 row selected')).toBeVisible()
    await page.keyboard.press(key)
    await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused()
    await page.keyboard.type(typed)
    await page.keyboard.press('Enter')
    await expect(page.getByText(`1 row: ${said}.`)).toBeVisible()
  }
  await page.keyboard.press('X')
  await expect(page.getByText('6 rows selected')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText('6 rows selected')).toBeHidden()
  await page.keyboard.press('ArrowDown')
  await expect(page).toHaveURL(/at=3/)
  await page.keyboard.press('x')
  await expect(page.getByText('1 row selected')).toBeVisible()
  await page.keyboard.press('d')
  await expect(page.getByText('1 row: excluded.')).toBeVisible()
  expect(await kept({ hideDropped: true })).toBe(5)
  await page.keyboard.press('u')
  await expect.poll(() => kept({ hideDropped: true })).toBe(6)
  await page.keyboard.press('U')
  await expect.poll(() => kept({ hideDropped: true })).toBe(5)
  expect([await kept({ tags: ['water'] }), await kept({ marks: ['note'] })]).toEqual([1, 1])

  await page.goto(`/studies/${studyId}/decisions`)
  const log = page.getByRole('region', { name: 'Log of decisions' })
  await expect(log.getByRole('row')).toHaveCount(5)
  await expect(log.getByRole('row').filter({ hasText: 'reads well' })).toContainText('kept')
  await log.getByRole('button', { name: 'Undo decision 1' }).click()
  await expect.poll(() => kept({ marks: ['keep'] })).toBe(0)
  await log.getByRole('button', { name: 'Bring back decision 1' }).click()
  await expect.poll(() => kept({ marks: ['keep'] })).toBe(1)
})

test('a formula says where its error is, shows what it gives, and becomes a column', async ({
  page,
  request,
}) => {
  const studyId = await study(request, 'Computed')
  await page.goto(`/studies/${studyId}/rows?do=formula`)
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Twice')
  const formula = dialog.getByRole('textbox', { name: 'Formula' })
  await formula.fill('words(instruction) * lost')
  await expect(dialog.getByText(/Line 1, column 22: /)).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Add the column' })).toBeDisabled()
  await formula.fill('words(instruction) * 2')
  await expect(dialog.getByText('6 of 6 rows have a value.')).toBeVisible()
  await expect(dialog.getByRole('img', { name: /^6 values/ })).toBeVisible()
  await dialog.getByRole('button', { name: 'Add the column' }).click()
  await expect(page.getByText('Twice is saved as version 1.')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('columnheader', { name: /Twice/ })).toBeVisible()
})

test('studies say what they store, are backed up, opened again and merged', async ({
  page,
  request,
}) => {
  test.slow()
  await study(request, 'Rivers')
  await study(request, 'Lakes', [{ instruction: 'Name a lake.', output: 'Como.' }])
  await page.goto('/')
  const row = (name: string) =>
    page.getByRole('region', { name: 'Studies' }).getByRole('row', { name: new RegExp(`^${name}`) })
  await expect(row('Rivers').getByText(/^[\d.]+ k?B$/)).toHaveAttribute('title', /^Row texts \d+ B/)
  await expect(page.getByText(/^On disk: database .* free/)).toBeVisible()

  const act = async (item: string) => {
    await page.getByRole('button', { name: 'Actions for Rivers', exact: true }).first().click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  const dialog = page.getByRole('dialog')
  await act('Back up')
  await dialog.getByRole('button', { name: 'Back up' }).click()
  const download = page.waitForEvent('download')
  await dialog.getByRole('link', { name: /^Download/ }).click()
  const file = await (await download).path()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Open a backup' }).click()
  await dialog.getByLabel('Backup to open').setInputFiles(file)
  await dialog.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(dialog.getByText(/is ready\./)).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('Escape')

  await act('Merge with another study')
  await dialog.getByRole('combobox', { name: 'Study that is added' }).click()
  await page.getByRole('option', { name: 'Lakes' }).click()
  await dialog.getByRole('textbox', { name: 'Name of the new study' }).fill('Waters')
  await expect(dialog.getByText(/1 file with 1 row are added/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Merge', exact: true }).click()
  await dialog.getByRole('link', { name: 'Show the study' }).click({ timeout: 60_000 })
  await expect(page.getByRole('heading', { name: 'Waters', level: 1 })).toBeVisible()
  const studies = (await (await request.get('/api/studies')).json()) as {
    name: string
    rowCount: number
  }[]
  expect(studies.find(({ name }) => name === 'Waters')?.rowCount).toBe(7)
})
