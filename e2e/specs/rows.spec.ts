import { computeAll, sampleStudy } from '../api'
import { expect, test } from '../fixtures'

test('rows are searched, opened by keyboard and linked to', async ({ page, request }) => {
  const studyId = await sampleStudy(request)
  await computeAll(request, studyId)
  await page.goto(`/studies/${studyId}/rows`)
  const table = page.getByRole('grid').or(page.getByRole('table')).first()
  await expect(table).toContainText('train journey')

  await page.keyboard.press('/')
  await page.keyboard.type('palindrome')
  await expect(page).toHaveURL(/palindrome/)
  await expect(table).toContainText('palindrome')
  await expect(table).not.toContainText('train journey')

  await page.goto(`/studies/${studyId}/rows`)
  await page
    .getByRole('button', { name: /^Open row 0: General, Seeds/i })
    .first()
    .click()
  const panel = page
    .getByRole('complementary')
    .or(page.getByRole('region', { name: /row/i }))
    .last()
  await expect(panel).toBeVisible()
  const opened = page.url()
  await page.keyboard.press('j')
  await expect.poll(() => page.url()).not.toBe(opened)
  await page.goto(opened)
  await expect(page.getByText(/Lineage|Children/).first()).toBeVisible()
})

test('arrows walk, x selects, and one action marks all selected rows and can be undone', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  const starred = async () => {
    const state = { filter: { marks: ['star'] }, sort: {}, columns: [] }
    const path = `/api/studies/${studyId}/rows?offset=0&limit=1&state=${encodeURIComponent(JSON.stringify(state))}`
    return ((await (await request.get(path)).json()) as { total: number }).total
  }
  await page.goto(`/studies/${studyId}/rows`)
  await expect(page.getByText('train journey').first()).toBeVisible()
  await expect(async () => {
    await page.keyboard.press('ArrowDown')
    await expect(page).toHaveURL(/at=0/, { timeout: 2000 })
  }).toPass({ timeout: 20_000 })
  await page.keyboard.press('x')
  await expect(page.getByText('1 row selected')).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expect(page).toHaveURL(/at=1/)
  await page.keyboard.press('x')
  await expect(page.getByText('2 rows selected')).toBeVisible()
  await page.keyboard.press('s')
  await expect(page.getByText('2 rows: starred.')).toBeVisible()
  await expect.poll(starred).toBe(2)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(starred).toBe(0)
  // Closed and opened again, the row is the one that was read last.
  await page.keyboard.press('Escape')
  await expect(page).not.toHaveURL(/at=/)
  await page.keyboard.press('k')
  await expect(page).toHaveURL(/at=0/)
})

test('a metric filter narrows the rows and stays on the other pages', async ({ page, request }) => {
  const studyId = await sampleStudy(request)
  await computeAll(request, studyId)
  const all = await request.get(`/api/studies/${studyId}/rows?offset=0&limit=1`)
  const { total, outOf } = (await all.json()) as { total: number; outOf: number }
  expect(total).toBe(outOf)
  const state = {
    filter: { ranges: [{ column: 'difficulty_level.level', min: 3, max: 5, missing: false }] },
    sort: {},
    columns: [],
  }
  const narrowed = await request.get(
    `/api/studies/${studyId}/rows?offset=0&limit=1&state=${encodeURIComponent(JSON.stringify(state))}`,
  )
  const page1 = (await narrowed.json()) as { total: number }
  expect(page1.total).toBeGreaterThan(0)
  expect(page1.total).toBeLessThan(total)
  await page.goto(`/studies/${studyId}/rows`)
  await expect(page.getByText(new RegExp(String(total))).first()).toBeVisible()
})
