import fs from 'node:fs'
import type { Page } from '@playwright/test'
import { newStudy, sampleStudy } from '../api'
import { expect, test } from '../fixtures'

/** What stands in the address behind the question mark, decoded. */
const shownAt = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams)

/** Opens the menu; a press before the page's scripts are there does nothing. */
async function openMenu(page: Page): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Name of the view' })
  await expect(async () => {
    await page.getByRole('button', { name: 'Views' }).click()
    await expect(field).toBeVisible({ timeout: 2_000 })
  }).toPass()
}

async function saveView(page: Page, name: string): Promise<void> {
  await openMenu(page)
  await page.getByRole('textbox', { name: 'Name of the view' }).fill(name)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByText(`Saved as "${name}".`)).toBeVisible()
  await page.keyboard.press('Escape')
}

const openView = async (page: Page, name: string) => {
  await openMenu(page)
  await page.getByRole('menuitem', { name, exact: true }).click()
}

const RULES = JSON.stringify([{ rule: 'exact_text', text: 'instruction' }])

// What the pages with state have in their addresses.
const STATES: readonly (readonly [string, Record<string, string>])[] = [
  ['rows', { filter: '{"rounds":[1]}', sort: '-instruction_words.instruction' }],
  ['compare', { diff: 'seed', text: 'response' }],
  ['lineage', { filter: '{"text":"train"}', open: 'true' }],
  ['claims', { margin: '2' }],
  ['results', { paper: 'true' }],
  ['subsets', { rules: RULES, name: 'one of each' }],
  ['decisions', { text: 'why' }],
  ['export', { format: 'csv', lineage: 'true' }],
]

test('every page with state is kept as a view, and back, forward and reload are exact', async ({
  page,
  request,
}) => {
  test.slow()
  const studyId = await sampleStudy(request)
  for (const [name, params] of STATES) {
    await page.goto(`/studies/${studyId}/${name}?${new URLSearchParams(params).toString()}`)
    await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
    await saveView(page, `of ${name}`)
    const kept = { ...shownAt(page) }
    expect(kept).toMatchObject(params)
    await page.goto(`/studies/${studyId}`)
    await openView(page, `of ${name}`)
    await expect(page).toHaveURL(new RegExp(`/${name}\\?`))
    await expect.poll(() => shownAt(page)).toMatchObject(kept)
    await page.goBack()
    await expect(page).toHaveURL(new RegExp(`/studies/${studyId}$`))
    await page.goForward()
    await expect(page).toHaveURL(new RegExp(`/${name}\\?`))
    await expect.poll(() => shownAt(page)).toMatchObject(kept)
    await page.reload()
    await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
    expect(shownAt(page)).toMatchObject(kept)
  }
})

test('what one tab changes shows in another', async ({ page, request }) => {
  const studyId = await sampleStudy(request)
  const other = await page.context().newPage()
  await other.goto(`/studies/${studyId}/decisions`)
  await expect(other.getByRole('heading', { level: 1 })).toBeVisible()
  await page.goto(`/studies/${studyId}/rows`)
  await openMenu(other)
  await page.bringToFront()
  await saveView(page, 'seen in both')
  await expect(other.getByRole('menuitem', { name: 'seen in both', exact: true })).toBeVisible()
  await other.keyboard.press('Escape')
  await page.bringToFront()
  await expect(async () => {
    await page.keyboard.press('ArrowDown')
    await expect(page).toHaveURL(/at=0/, { timeout: 2000 })
  }).toPass({ timeout: 20_000 })
  await expect(other.getByRole('heading', { name: 'No decisions yet' })).toBeVisible()
  await page.keyboard.press('x')
  await expect(page.getByText('1 row selected')).toBeVisible()
  await page.keyboard.press('s')
  await expect(other.getByRole('heading', { name: 'No decisions yet' })).toBeHidden()
  await page.getByRole('button', { name: 'Undo' }).click()
  await other.close()
})

test('a view file says what another study lacks and shows the rest', async ({ page, request }) => {
  const studyId = await sampleStudy(request)
  const empty = await newStudy(request, 'Without rows')
  const filter = JSON.stringify({ rounds: [1], text: 'train' })
  await page.goto(`/studies/${studyId}/rows?${new URLSearchParams({ filter }).toString()}`)
  await saveView(page, 'trains')
  await openMenu(page)
  const download = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Download the view trains' }).click()
  const file = await (await download).path()
  expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toMatchObject({ evolens_view: 1 })
  await page.goto(`/studies/${empty}`)
  await openMenu(page)
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('menuitem', { name: 'Open a view file' }).click()
  await (await chooser).setFiles(file)
  await expect(page.getByText(/Left out, as this study has .*no round "1"/)).toBeVisible()
  await expect(page).toHaveURL(new RegExp(`/studies/${empty}/rows`))
  const shown = JSON.parse(shownAt(page)['filter'] ?? '{}') as object
  expect(shown).toMatchObject({ rounds: [], text: 'train' })
})

test('the rest of a filter becomes a group of the builder, which keeps the same rows', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  const filter = JSON.stringify({ rounds: [1], text: 'train' })
  await page.goto(`/studies/${studyId}/rows?${new URLSearchParams({ filter }).toString()}`)
  const count = page.getByText(/^\d+ of \d+ rows$|^\d+ rows?$/).first()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const before = await count.textContent().catch(() => null)
  await page.getByRole('button', { name: /^Filter/ }).click()
  await page.getByRole('button', { name: 'Make the rest of the filter a group here' }).click()
  await expect(page.getByText('Kept: Round 1 and Text "train"')).toBeVisible()
  await expect
    .poll(() => Object.keys(JSON.parse(shownAt(page)['filter'] ?? '{}') as object))
    .toEqual(['where'])
  expect(await count.textContent().catch(() => null)).toBe(before)
  await page.reload()
  await expect(page).toHaveURL(/where/)
  await page.goBack()
  await expect
    .poll(() => JSON.parse(shownAt(page)['filter'] ?? '{}') as object)
    .toMatchObject({
      rounds: [1],
    })
})

test('a changed filter is one request for rows, counts and histograms', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  await page.goto(`/studies/${studyId}/rows`)
  await page.getByRole('button', { name: /^Filter/ }).click()
  const one = page.getByRole('checkbox', { name: /^1 \(\d+\)$/ })
  await expect(one).toBeAttached()
  await page.waitForLoadState('networkidle')
  const asked: string[] = []
  page.on('request', (sent) => {
    const { pathname } = new URL(sent.url())
    if (/^\/api\/.*\/(rows|facets)$/.test(pathname)) asked.push(pathname)
  })
  await page
    .getByText(/^1 \(\d+\)$/)
    .first()
    .click()
  await expect(page).toHaveURL(/rounds/)
  await expect(page.getByText(/^\d+ of \d+ rows/).first()).toBeVisible()
  await page.waitForLoadState('networkidle')
  expect(asked).toEqual([`/api/studies/${studyId}/facets`])
})
