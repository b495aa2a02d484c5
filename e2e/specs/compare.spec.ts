import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { APIRequestContext, Page } from '@playwright/test'
import { sampleStudy } from '../api'
import { expect, test } from '../fixtures'
import { cardOf } from '../pictures'

const WORDS = 'instruction_words.instruction'
const SLOW = { timeout: 60_000 }

const param = (page: Page, name: string) => new URL(page.url()).searchParams.get(name)

test('two to six sides are added, compared with each other, taken out and swapped in the address', async ({
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
  const means = page.getByRole('region', { name: 'Means of all sides' })
  await expect(means.getByRole('row')).toHaveCount(7)
  await page.getByText('All pairs', { exact: true }).click()
  const differences = page.getByRole('region', { name: /^Differences in .* of all sides$/ })
  await expect(differences.getByRole('row')).toHaveCount(16)
  await expect(differences.getByText('computing …')).toHaveCount(0)

  await page.getByRole('button', { name: 'Take side F out' }).click()
  await expect(means.getByRole('row')).toHaveCount(6)
  await page.getByRole('button', { name: 'Swap A and B' }).click()
  await expect.poll(() => [param(page, 'a'), param(page, 'b')]).toEqual(['greedy.3', 'sampled.3'])
})

/** Opens two sides with levels, lengths and flags, and waits until the numbers are there. */
async function openPair(page: Page, request: APIRequestContext, rest: string): Promise<void> {
  const studyId = await sampleStudy(request)
  await page.goto(`/studies/${studyId}/compare?a=sampled.3&b=greedy.3&${rest}`)
  await expect(pairs(page)).toHaveAttribute('aria-label', '48 aligned pairs', SLOW)
}

const pairs = (page: Page) => page.getByRole('region', { name: /^[\d,]+ aligned pairs$/ })

async function shownPairs(page: Page): Promise<number> {
  return Number.parseInt((await pairs(page).getAttribute('aria-label')) ?? '', 10)
}

async function choose(page: Page, field: string, option: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: field }).click()
  await page.getByRole('option', { name: option }).click()
}

test('sides stay after a reload and go by Back', async ({ page, request }) => {
  test.slow()
  await openPair(page, request, `metrics=${WORDS}`)
  const sides = page.getByRole('combobox', { name: /^Evolver of side/ })
  await page.getByRole('button', { name: 'Add a side' }).click()
  await expect(sides).toHaveCount(3)
  await expect.poll(() => param(page, 'more')).not.toBeNull()
  const third = await sides.nth(2).inputValue()
  await page.reload()
  await expect(sides).toHaveCount(3, SLOW)
  await expect(sides.nth(2)).toHaveValue(third)
  await page.getByRole('button', { name: 'Take side C out' }).click()
  await expect(sides).toHaveCount(2)
  await expect.poll(() => param(page, 'more')).toBeNull()
  await page.goBack()
  await expect(sides).toHaveCount(3)
  await page.goBack()
  await expect(sides).toHaveCount(2)
})

test('pairs are listed by size of the difference, by who alone is flagged and by levels, in order', async ({
  page,
  request,
}) => {
  test.slow()
  await openPair(page, request, `metrics=${WORDS}&metric=${WORDS}`)
  await page.getByRole('textbox', { name: 'Differ by at least' }).fill('10')
  await expect.poll(() => shownPairs(page)).toBeLessThan(48)
  await choose(page, 'Order of the pairs', 'Smallest difference')
  const sizes = async () => {
    const text = (await pairs(page).textContent()) ?? ''
    return [...text.matchAll(/A − B [+−]?(\d[\d.,]*)/g)].map(([, size = '']) =>
      Number(size.replaceAll(',', '')),
    )
  }
  await expect.poll(async () => (await sizes())[0]).toBeGreaterThanOrEqual(10)
  await expect
    .poll(async () => {
      const now = await sizes()
      return now.length > 1 && now.join() === now.toSorted((a, b) => a - b).join()
    })
    .toBe(true)
  await page.getByRole('textbox', { name: 'Differ by at least' }).fill('1000000')
  await expect(page.getByText('No pair passes the filter')).toBeVisible()

  await openPair(page, request, 'metrics=health.flagged&metric=health.flagged')
  const mcnemar = page.getByText(/^\d+ only A, \d+ only B/)
  const [onlyA = '', onlyB = ''] =
    /^(\d+) only A, (\d+) only B/.exec((await mcnemar.textContent()) ?? '')?.slice(1) ?? []
  await choose(page, 'Side that alone reaches the level', 'Only A: yes')
  await expect.poll(() => shownPairs(page)).toBe(Number(onlyA))
  await choose(page, 'Side that alone reaches the level', 'Only B: yes')
  await expect.poll(() => shownPairs(page)).toBe(Number(onlyB))

  const LEVEL = 'difficulty_level.level'
  await openPair(page, request, `metrics=${LEVEL}&metric=${LEVEL}`)
  await choose(page, 'Level of A', 'medium')
  await expect.poll(() => param(page, 'levelA')).toBe('3')
  await expect(page.getByText(/A medium/).first()).toBeVisible()
  await expect(pairs(page).getByText(/A (?:very )?(?:easy|hard)/)).toHaveCount(0)
})

test('a difference is controlled for length and flags, and its sentence says what was tested', async ({
  page,
  request,
}) => {
  test.slow()
  await openPair(page, request, `metrics=${WORDS}&metric=${WORDS}`)
  await expect(
    page.getByText(
      /^Over 48 pairs of rows from the same seeds, the mean difference in .* seeds resampled/,
    ),
  ).toBeVisible(SLOW)
  await choose(page, 'Length to control for', /^added words$/i)
  await choose(page, 'Flag whose rows are left out', /^Flagged$/)
  await expect
    .poll(() => [param(page, 'length'), param(page, 'flag')])
    .toEqual(['added_words.words', 'health.flagged'])
  // All pairs and those without flags, each as they are, matched on the length and adjusted for it.
  const controls = page.getByRole('region', { name: 'Difference before and after control' })
  await expect(controls.getByRole('row')).toHaveCount(7, SLOW)
})

test('the table of differences is saved as CSV, LaTeX and Markdown, and the comparison is cited', async ({
  page,
  request,
}) => {
  await openPair(page, request, `metrics=${WORDS}`)
  for (const [format, beginning] of [
    ['CSV', /^\uFEFF?Metric,/],
    ['LaTeX', /\\toprule/],
    ['Markdown', /^\| Metric \|/],
  ] as const) {
    await page.getByRole('button', { name: 'Table and citation' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: format, exact: true }).click(),
    ])
    expect(fs.readFileSync(await download.path(), 'utf8')).toMatch(beginning)
  }
})

test('the forest plot of all sides is saved through the dialog, and by the command line without one', async ({
  page,
  request,
  server,
}) => {
  test.setTimeout(400_000)
  await openPair(page, request, `metrics=${WORDS}&more=seeds.0,sampled.2`)
  await expect(page.getByText(/^Intervals of/)).toHaveCount(0, SLOW)
  const dialog = page.getByRole('dialog')
  for (const format of ['svg', 'png', 'pdf'] as const) {
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await dialog.getByText(format.toUpperCase(), { exact: true }).click()
    await expect(dialog.locator('img')).toBeVisible(SLOW)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: `Save ${format.toUpperCase()}` }).click(),
    ])
    const card = cardOf(fs.readFileSync(await download.path()), format)
    expect(JSON.parse(card)).toMatchObject({ figure: 'differences-of-sides' })
    await expect(dialog).toBeHidden()
  }

  const studyId = await sampleStudy(request)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-compare-'))
  try {
    const sides = ['greedy.3', 'sampled.3', 'seeds'].flatMap((side) => ['--side', side])
    const file = (format: string) => path.join(folder, `forest.${format}`)
    const files = ['svg', 'pdf', 'png'].flatMap((format) => [`--${format}`, file(format)])
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        '--import',
        'tsx',
        'lib/cli/main.ts',
        'compare',
        '--study',
        studyId,
        ...sides,
        '--metric',
        WORDS,
        ...files,
      ],
      {
        env: { ...process.env, EVOLENS_DATA_DIR: server.dataDir },
        encoding: 'utf8',
        timeout: 300_000,
      },
    )
    expect([status, stderr, stdout]).toEqual([
      0,
      '',
      expect.stringMatching(/^Drawn +Mean difference in /m),
    ])
    const cards = (['svg', 'pdf', 'png'] as const).map(
      (format) => JSON.parse(cardOf(fs.readFileSync(file(format)), format)) as { path: string },
    )
    for (const { path: address } of cards) expect(address).toBe(cards[0]?.path)
    expect(fs.readFileSync(file('svg'), 'utf8')).toContain('sampled.3 − greedy.3')
    // The address that the picture names shows the same sides.
    await page.goto(cards[0]?.path ?? '')
    await expect(page.getByRole('combobox', { name: /^Evolver of side/ })).toHaveCount(3)
    const drawn = page.getByRole('region', { name: /^Differences in .* of all sides$/ })
    await expect(drawn.getByRole('row')).toHaveCount(3)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
})
