import type { Page } from '@playwright/test'
import { openFigures, sampleStudy } from '../api'
import { expect, test } from '../fixtures'

const search = (page: Page) => new URL(page.url()).search

/** Does what Next does when it finishes a drawing late: writes the address of that drawing with its own state. */
function drawLate(page: Page, address: string): Promise<void> {
  return page.evaluate((late) => history.replaceState(history.state, '', late), address)
}

/** A change of each page; all but the chosen step of the lineage are steps of the history. */
const CHANGES: Record<string, (page: Page) => Promise<void>> = {
  rows: (page) => page.getByRole('button', { name: 'Instruction', exact: true }).click(),
  lineage: (page) => page.getByRole('button', { name: /Seeds, round 0, row 2/ }).click(),
  figures: (page) => page.getByRole('button', { name: 'Show IC-IFD' }).click(),
  compare: (page) => page.getByText('Against the seed', { exact: true }).click(),
}

for (const [name, change] of Object.entries(CHANGES)) {
  test(`${name}: a drawing that is finished late takes no change back, nor a step back`, async ({
    page,
    request,
  }) => {
    await page.goto(`/studies/${await sampleStudy(request)}/${name}`)
    const before = page.url()
    await change(page)
    await expect.poll(() => page.url()).not.toBe(before)
    const after = page.url()
    await drawLate(page, before)
    expect(page.url()).toBe(after)
    if (name === 'lineage') return
    await page.goBack()
    await expect(page).toHaveURL(before)
    await drawLate(page, after)
    expect(page.url()).toBe(before)
  })
}

test('figures: changes made one on the other while the machine is slow all stand in the address', async ({
  page,
  request,
}) => {
  test.slow()
  await openFigures(page, request)
  const buttons = page.getByRole('button', { name: /^Show / })
  await expect(buttons.first()).toBeVisible()
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: 6 })
  const names: string[] = []
  for (let k = 0; k < 5; k += 1) {
    const button = buttons.first()
    names.push(((await button.getAttribute('aria-label')) ?? (await button.innerText())).slice(5))
    await button.click()
  }
  for (const name of names) {
    await expect(page.getByRole('button', { name: `Hide ${name}`, exact: true })).toBeVisible()
  }
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 })
  const shown = search(page)
  await page.reload()
  for (const name of names) {
    await expect(page.getByRole('button', { name: `Hide ${name}`, exact: true })).toBeVisible()
  }
  expect(search(page)).toBe(shown)
})
