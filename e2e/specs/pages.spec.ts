import AxeBuilder from '@axe-core/playwright'
import { computeAll, newStudy, sampleStudy } from '../api'
import { expect, test } from '../fixtures'

const STUDY_PAGES = [
  '',
  '/rows',
  '/responses',
  '/lineage',
  '/figures',
  '/compare',
  '/agreement',
  '/blind',
  '/results',
  '/claims',
  '/subsets',
  '/decisions',
  '/export',
]
const PAGES = ['/studies', '/jobs', '/backends', '/prompts', '/help', '/help/api', '/gallery']

for (const scheme of ['light', 'dark'] as const) {
  test(`no page has a serious accessibility violation (${scheme})`, async ({ page, request }) => {
    test.slow()
    const studyId = await sampleStudy(request)
    await computeAll(request, studyId)
    const empty = await newStudy(request, `Empty ${scheme}`)
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    const addresses = [
      ...PAGES,
      ...STUDY_PAGES.map((path) => `/studies/${studyId}${path}`),
      ...STUDY_PAGES.map((path) => `/studies/${empty}${path}`),
    ]
    for (const address of addresses) {
      await page.goto(address)
      await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
      await page.waitForLoadState('networkidle').catch(() => undefined)
      const { violations } = await new AxeBuilder({ page }).analyze()
      const serious = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${address}: ${id} (${nodes[0]?.html.slice(0, 160)})`)
      expect(serious).toEqual([])
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(overflow, `${address} scrolls sideways`).toBeLessThanOrEqual(0)
    }
  })
}

test('keys: ? lists them, Ctrl-K finds pages, g j goes to the jobs', async ({ page }) => {
  await page.goto('/studies')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused()
  await page.keyboard.type('Backends')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/backends/)
  await expect(page.getByRole('dialog')).toHaveCount(0)
  // A sequence acts once the page that it starts from is interactive.
  await expect(async () => {
    await page.keyboard.press('g')
    await page.keyboard.press('j')
    await expect(page).toHaveURL(/\/jobs/, { timeout: 2000 })
  }).toPass({ timeout: 20_000 })
})

test('a foreign host and a foreign origin are refused', async ({ request, server }) => {
  const foreignHost = await request.get(`${server.url}/api/studies`, {
    headers: { host: 'evil.example' },
  })
  expect(foreignHost.status()).toBe(403)
  const foreignOrigin = await request.post(`${server.url}/api/studies`, {
    headers: { origin: 'http://evil.example' },
    data: { name: 'x', description: '' },
  })
  expect(foreignOrigin.status()).toBe(403)
})

test('prompts: an address that names a deleted prompt says so; a list that cannot be read can be retried', async ({
  page,
}) => {
  await page.goto('/prompts?prompt=judge-level&version=0000')
  await expect(page.getByRole('note')).toContainText(
    'The prompt that the address names is not here',
  )
  await page.getByRole('navigation', { name: 'Prompts' }).getByRole('button').first().click()
  await expect(page.getByRole('note')).toHaveCount(0)
  await page.route('**/api/prompts', (sent) => sent.abort())
  await page.goto('/prompts')
  const alert = page.getByRole('alert').filter({ hasText: 'The prompts could not be read' })
  await expect(alert).toBeVisible()
  await page.unroute('**/api/prompts')
  await alert.getByRole('button', { name: 'Retry' }).click()
  await expect(page.getByRole('navigation', { name: 'Prompts' })).toBeVisible()
})
