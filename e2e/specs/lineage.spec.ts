import type { Page } from '@playwright/test'
import { sampleStudy, studyView } from '../api'
import { expect, test } from '../fixtures'

const chosen = (page: Page) => page.locator('button[aria-pressed="true"]')
const grid = (page: Page) => page.getByRole('table', { name: 'Lineage' })

/** Opens the grid of the sample and waits for its 48 seeds and the 16 rows that AutoIF made from constraints. */
async function openGrid(page: Page, studyId: string): Promise<void> {
  await page.goto(`/studies/${studyId}/lineage`)
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '65', { timeout: 60_000 })
}

/** Presses a key until the chosen step is the one that is meant: the page may not listen yet. */
async function pressFor(page: Page, key: string, name: RegExp): Promise<void> {
  await expect(async () => {
    await page.keyboard.press(key)
    await expect(chosen(page)).toHaveAccessibleName(name, { timeout: 2000 })
  }).toPass({ timeout: 20_000 })
}

test('keys alone walk the grid, open and close a step, and the address brings all of it back', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  await openGrid(page, studyId)
  await expect(grid(page).getByRole('columnheader')).toHaveCount(8)
  await pressFor(page, 'ArrowDown', /Seeds, round 0, row 0/)
  await page.keyboard.press('ArrowDown')
  await expect(chosen(page)).toHaveAccessibleName(/Seeds, round 0, row 1/)
  await page.keyboard.press('ArrowUp')
  await expect(chosen(page)).toHaveAccessibleName(/Seeds, round 0, row 0/)
  await page.keyboard.press('ArrowRight')
  await expect(chosen(page)).toHaveAccessibleName(/round 1, row 0/)
  const first = await chosen(page).getAttribute('aria-label')
  await page.keyboard.press(']')
  await expect(chosen(page)).toHaveAccessibleName(/round 2, row 0/)
  await page.keyboard.press('l')
  await expect(chosen(page)).not.toHaveAccessibleName(first?.replace('round 1', 'round 2') ?? '')
  await expect(chosen(page)).toHaveAccessibleName(/round 2, row 0/)

  await page.keyboard.press('Enter')
  const panel = page.getByRole('complementary', { name: 'Step' })
  await expect(panel).toBeVisible()
  // The words that the step changed of its parent.
  await expect(panel.locator('ins, del').first()).toBeVisible()
  await page.keyboard.press('j')
  await expect(chosen(page)).toHaveAccessibleName(/round 2, row 1/)
  await expect(panel).toBeVisible()

  const address = page.url()
  const shown = await chosen(page).getAttribute('aria-label')
  await page.goto('about:blank')
  await page.goto(address)
  await expect(chosen(page)).toHaveAccessibleName(shown ?? '')
  await expect(panel).toBeVisible()
  // Sideways too, beside the seeds that stay in place.
  await expect(chosen(page)).toBeInViewport({ ratio: 0.9 })
  await page.keyboard.press('Escape')
  await expect(panel).toBeHidden()
  await expect(chosen(page)).toHaveAccessibleName(shown ?? '')
})

test('evolvers stand side by side, each step with its changed words, and pinned seeds lead to their figure', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  await openGrid(page, studyId)
  const seed = grid(page).getByRole('row').nth(1)
  await expect(seed.getByRole('rowheader')).toContainText('Seed 0')
  // Two evolvers with three rounds each, and the words that they added.
  await expect(seed.getByRole('cell').getByRole('button')).toHaveCount(6)
  await expect(seed.locator('ins').first()).toBeVisible()

  await pressFor(page, 'j', /Seeds, round 0, row 0/)
  await page.keyboard.press('p')
  await page.keyboard.press('j')
  await expect(chosen(page)).toHaveAccessibleName(/Seeds, round 0, row 1/)
  await page.keyboard.press('p')
  await expect(grid(page).getByRole('img', { name: 'pinned' })).toHaveCount(2)
  await page.getByRole('link', { name: 'Draw 2 pinned' }).click()
  await expect(page).toHaveURL(/case-panels/)
  const panels = page.locator('#figure-case-panels [data-figure-text]')
  await expect(panels.filter({ hasText: /Seed 0|seed 0|row 0/ }).first()).toBeVisible({
    timeout: 60_000,
  })
})

test('a row leads to its lineage, and a linked seed far down is brought into view', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  const { cells } = await studyView(request, studyId)
  const cell = cells.find(({ armKey, round }) => armKey !== null && round === 2)
  expect(cell).toBeDefined()
  await page.goto(`/studies/${studyId}/rows?row=${encodeURIComponent(`${cell?.id}.15`)}`)
  await page.getByRole('link', { name: 'Show in the lineage grid' }).click()
  await expect(page).toHaveURL(/lineage.*at=\d+/)
  await expect(chosen(page)).toHaveAccessibleName(/round 2, row 15/)
  await expect(chosen(page)).toBeInViewport()

  // The last line of the grid, by its address alone.
  await openGrid(page, studyId)
  await page.getByRole('region', { name: 'Lineage of the seeds' }).evaluate((box) => {
    box.scrollTop = box.scrollHeight
  })
  await grid(page).locator('[aria-rowindex="65"]').getByRole('button').first().click()
  await expect(page).toHaveURL(/at=\d+/)
  const address = page.url()
  await page.goto('about:blank')
  await page.goto(address)
  await expect(grid(page).locator('[aria-rowindex="65"]')).toBeInViewport()
})
