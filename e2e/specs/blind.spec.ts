import { sampleStudy } from '../api'
import { expect, test } from '../fixtures'

test('blind A/B: keys judge pairs whose evolvers nothing shows, a reload goes on, the end reveals them', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  const { arms } = (await (await request.get(`/api/studies/${studyId}`)).json()) as {
    arms: { key: string; label: string }[]
  }
  const names = arms.map(({ label }) => label)
  const replies: string[] = []
  page.on('response', async (response) => {
    if (/\/api\/studies\/[^/]+\/blind/.test(response.url())) {
      replies.push(response.url() + (await response.text().catch(() => '')))
    }
  })
  await page.goto(`/studies/${studyId}/blind`)
  await page.getByRole('button', { name: 'Start a session' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Your name or initials').fill('AB')
  await dialog.getByLabel('Number of pairs').fill('4')
  await dialog.getByRole('button', { name: 'Start', exact: true }).click()

  const progress = (n: number) => expect(page.getByText(`${n} of 4 pairs`)).toBeVisible()
  await progress(0)
  await expect(page.getByRole('region', { name: 'Left' })).toBeVisible()
  const shows = async () => {
    const html = `${page.url()} ${await page.locator('main').innerHTML()}`
    return names.filter((name) => html.includes(name))
  }
  expect(await shows()).toEqual([])
  await page.keyboard.press('1')
  await progress(1)
  await page.keyboard.press('2')
  await progress(2)
  await page.keyboard.press('u')
  await progress(1)
  await page.reload()
  await progress(1)
  expect(await shows()).toEqual([])
  await page.keyboard.press('0')
  await progress(2)
  await page.keyboard.press('s')
  await expect(page.getByText('3 of 4 pairs, 1 skipped')).toBeVisible()
  for (const reply of replies) {
    expect(names.filter((name) => reply.includes(name))).toEqual([])
    expect(reply).not.toMatch(/cellId|armKey|isALeft|orderSeed|operator/)
  }
  expect(replies.length).toBeGreaterThan(5)

  await page.getByRole('button', { name: 'End session' }).click()
  await dialog.getByRole('button', { name: 'End session' }).click()
  await expect(page.getByText(/ended early, after 3 of 4 pairs/)).toBeVisible()
  const verdicts = page.getByRole('region', { name: 'Verdicts', exact: true })
  // Those who share seeds: AutoIF's rows have none.
  for (const name of names.filter((one) => !one.includes('AutoIF')))
    await expect(verdicts).toContainText(name)
  await expect(page.getByRole('region', { name: 'Agreement with others' })).toContainText(
    'The longer instruction',
  )
})
