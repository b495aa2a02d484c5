import fs from 'node:fs'
import type { Locator, Page } from '@playwright/test'
import { sampleStudy } from '../api'
import { expect, test } from '../fixtures'

const WORDS = 'instruction_words.instruction'

async function choose(page: Page, field: Locator, option: string) {
  await field.click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

/** Saves what a click downloads and returns its text. */
async function saved(page: Page, click: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()])
  return fs.readFileSync(await download.path(), 'latin1')
}

const param = (page: Page, name: string) => new URL(page.url()).searchParams.get(name)

test('two to six sides are added, changed, swapped and taken out, kept in the address, and drawn', async ({
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
  const means = page.getByRole('table', { name: 'Means of all sides' })
  await expect(means.getByRole('row')).toHaveCount(7)
  await page.getByText('All pairs', { exact: true }).click()
  const differences = page.getByRole('table', { name: /^Differences in .* of all sides$/ })
  await expect(differences.getByRole('row')).toHaveCount(16)
  await expect(differences.getByText('computing …')).toHaveCount(0)

  await page.getByRole('button', { name: 'Take side F out' }).click()
  await expect(means.getByRole('row')).toHaveCount(6)
  await page.getByRole('button', { name: 'Swap A and B' }).click()
  await expect.poll(() => [param(page, 'a'), param(page, 'b')]).toEqual(['greedy.3', 'sampled.3'])
  await choose(page, page.getByRole('combobox', { name: 'Round of side A' }), 'Round 1')
  await expect.poll(() => param(page, 'a')).toBe('greedy.1')

  const shown = await means.innerText()
  await page.reload()
  await expect(means).toHaveText(shown, { useInnerText: true })
  expect(param(page, 'more')?.split(',')).toHaveLength(3)
  await page.goBack()
  await expect.poll(() => param(page, 'a')).toBe('greedy.3')

  const picture = page.getByRole('img', { name: /^Mean difference in .* − / })
  await expect(picture).toBeVisible()
  const dialog = page.getByRole('dialog')
  for (const [format, start] of [
    ['SVG', /^<svg[^>]*width="[\d.]+mm"/],
    ['PDF', /^%PDF-/],
    ['PNG', /PNG/],
  ] as const) {
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await dialog.getByText(format, { exact: true }).click()
    await expect(dialog.getByRole('img')).toBeVisible()
    const file = await saved(page, () =>
      dialog.getByRole('button', { name: `Save ${format}` }).click(),
    )
    expect(file).toMatch(start)
    // The card with its runs is inside.
    expect(file).toContain('differences-of-sides')
    await expect(dialog).toHaveCount(0)
  }
})

test('pairs are filtered by difference, side and level, and sorted, as the interface says', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  const sides = 'a=sampled.1&b=greedy.1'
  await page.goto(
    `/studies/${studyId}/compare?${sides}&metrics=${WORDS},difficulty_level.level&metric=${WORDS}`,
  )
  const list = page.getByRole('region', { name: /aligned pairs$/ })
  const total = async () => Number(/\d+/.exec((await list.getAttribute('aria-label')) ?? '')?.[0])
  const asked = async (column: string, pairs: object) => {
    const side = (arm: string) => ({ arm, round: 1 })
    const state = { a: side('sampled'), b: side('greedy'), column, pairs }
    const query = new URLSearchParams({ state: JSON.stringify(state), part: 'rows', limit: '200' })
    const reply = await request.get(`/api/studies/${studyId}/compare?${query}`)
    return (await reply.json()) as { total: number; rows: { difference: number | null }[] }
  }
  await expect(list).toBeVisible()
  const every = await total()

  await page.getByRole('textbox', { name: 'Differ by at least' }).fill('10')
  const far = await asked(WORDS, { atLeast: 10 })
  await expect.poll(total).toBe(far.total)
  expect(far.total).toBeGreaterThan(0)
  expect(far.total).toBeLessThan(every)
  await choose(page, page.getByRole('combobox', { name: 'Order of the pairs' }), 'A most above B')
  await expect.poll(() => param(page, 'order')).toBe('difference')
  const largest = Math.max(...far.rows.map(({ difference }) => difference ?? -Infinity))
  await expect(list.locator('[data-index="0"]')).toContainText(`+${largest}`)
  await page.getByRole('textbox', { name: 'Differ by at least' }).fill('')
  await expect.poll(total).toBe(every)

  await page.getByRole('button', { name: 'Difficulty level' }).click()
  await choose(
    page,
    page.getByRole('combobox', { name: 'Side that alone reaches the level' }),
    'Only A reaches it',
  )
  const only = (await asked('difficulty_level.level', { only: 'a' })).total
  if (only === 0) await expect(page.getByText('No pair passes the filter')).toBeVisible()
  else await expect.poll(total).toBe(only)
  await expect.poll(() => param(page, 'only')).toBe('a')
  await page.goto(
    `/studies/${studyId}/compare?${sides}&metrics=difficulty_level.level&metric=difficulty_level.level&levelA=1`,
  )
  const level = (await asked('difficulty_level.level', { levelA: 1 })).total
  if (level === 0) await expect(page.getByText('No pair passes the filter')).toBeVisible()
  else await expect.poll(total).toBe(level)
})

test('control for length and flags, the sentence, another unit, and the table in three formats', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  await page.goto(`/studies/${studyId}/compare?a=sampled.3&b=greedy.3&metrics=${WORDS}`)
  await choose(page, page.getByRole('combobox', { name: 'Length to control for' }), 'Added words')
  const control = page.getByRole('table', { name: 'Difference before and after control' })
  await expect(control.getByRole('row')).toHaveCount(4)
  await expect(control).toContainText('within 10 %')
  await choose(
    page,
    page.getByRole('combobox', { name: 'Flag whose rows are left out' }),
    'Flagged',
  )
  await expect(control.getByRole('row')).toHaveCount(7)
  await expect(control).toContainText('Without flagged rows')

  const sentence = page.getByText(/^Over 48 pairs of rows from the same seeds, .*seeds resampled/)
  await expect(sentence).toBeVisible()
  const menu = page.getByRole('button', { name: 'Table and citation' })
  const table = async (name: string) => {
    await menu.click()
    return saved(page, () => page.getByRole('menuitem', { name, exact: true }).click())
  }
  const csv = await table('CSV')
  expect(csv).toMatch(/Metric,Unit,Mean A/)
  const difference = csv.split('\r\n')[1]?.split(',')[4] ?? ''
  expect(Number(difference)).not.toBeNaN()
  expect(await table('Markdown')).toMatch(/^\| Metric \|/)
  expect(await table('LaTeX')).toContain('\\toprule')

  await choose(page, page.getByRole('combobox', { name: 'One unit is' }), 'an instruction')
  await expect.poll(() => param(page, 'unit')).toBe('instruction')
  await expect(page.getByText(/units by distinct instruction, .*units resampled/)).toBeVisible()
  expect(await table('CSV')).toContain('unit: distinct instruction')
})
