import type { Locator } from '@playwright/test'
import { openFigures, sampleRows } from '../api'
import { expect, test } from '../fixtures'

/** Presses the pointer at one share of an element's width and moves on to others, once the tiles of the brush are there. */
async function dragAlong(
  element: Locator,
  first: number,
  second: number,
  others: readonly number[],
) {
  const page = element.page()
  const box = await element.boundingBox()
  if (!box) throw new Error('The axis has no place on the page.')
  const to = (share: number) => page.mouse.move(box.x + box.width * share, box.y + box.height / 2)
  await to(first)
  await page.mouse.down()
  const tiles = page.waitForResponse((reply) => reply.url().includes('/brush?'))
  await to(second)
  await tiles
  for (const share of others) await to(share)
}

const ofAll = new RegExp(`^\\d+ of ${sampleRows()} rows$`)

test('figures are shown, moved by keys, sized, pinned and hidden, and the address opens the same page', async ({
  page,
  request,
}) => {
  test.slow()
  await openFigures(page, request)
  const contents = page.getByRole('navigation', { name: 'Questions' })
  await expect(
    contents.getByRole('link', { name: /^Which rows are worth training on\? 1 of \d+$/ }),
  ).toBeVisible()

  // A line of the list loads nothing until it is shown.
  const asked: string[] = []
  page.on('request', (sent) => void asked.push(sent.url()))
  await page.getByRole('button', { name: 'Show IC-IFD' }).click()
  const worth = page.locator('#question-worth')
  await expect(worth.getByRole('figure').getByRole('heading', { level: 3 })).toHaveText([
    'IFD',
    'IC-IFD',
  ])
  await expect.poll(() => asked.some((url) => url.includes('/figures/ic-ifd-density'))).toBe(true)

  await worth.getByRole('button', { name: 'Move IC-IFD' }).press('ArrowUp')
  await expect(worth.getByRole('figure').getByRole('heading', { level: 3 })).toHaveText([
    'IC-IFD',
    'IFD',
  ])
  await expect(worth.getByRole('button', { name: 'Move IC-IFD' })).toBeFocused()
  await worth.getByRole('group', { name: 'Place of IC-IFD' }).getByText('Full').click()
  await page.getByRole('button', { name: 'Pin IFD', exact: true }).click()
  await expect(page.locator('#question-pinned').getByRole('heading', { level: 3 })).toHaveText(
    'IFD',
  )
  // Next writes an address a moment after it is drawn; a step of the history is there once it has.
  await expect(page).toHaveURL(/\*ifd-density/)
  await page.getByRole('button', { name: 'Hide Evolution health' }).click()
  await expect(page.getByRole('button', { name: 'Show Evolution health' })).toBeVisible()
  await expect(page).not.toHaveURL(/health-rates/)

  const shown = new URL(page.url()).searchParams.get('show')
  expect(shown).toMatch(/ic-ifd-density\.full,\*ifd-density/)
  await page.reload()
  await expect(page.locator('#question-pinned').getByRole('heading', { level: 3 })).toHaveText(
    'IFD',
  )
  await page.goBack()
  await expect(page.getByRole('button', { name: 'Hide Evolution health' })).toBeVisible()
  await expect(page).toHaveURL(/\*ifd-density.*health-rates/)

  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('textbox', { name: 'Name of the view' }).fill('pinned')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByText('Saved as "pinned".')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Reset the page' }).click()
  await expect(page.locator('#question-pinned')).toHaveCount(0)
  await expect(page).not.toHaveURL(/[?&]show=/)
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('menuitem', { name: 'pinned', exact: true }).click()
  await expect(page.locator('#question-pinned').getByRole('heading', { level: 3 })).toHaveText(
    'IFD',
  )
})

test('a link to a figure that is not among the shown ones opens it', async ({ page, request }) => {
  await openFigures(page, request, '#figure-ic-ifd-density')
  const figure = page.locator('#figure-ic-ifd-density')
  await expect(figure.locator('svg.recharts-surface').first()).toBeVisible({ timeout: 60_000 })
  await expect(figure.getByRole('heading', { name: 'IC-IFD' })).toBeInViewport()
})

test('a range marked in one figure redraws the others and becomes the filter; Escape undoes it', async ({
  page,
  request,
}) => {
  test.slow()
  await page.setViewportSize({ width: 1920, height: 3000 })
  await openFigures(page, request, '?show=*ifd-density,*mnd-density,*difficulty-levels')
  const axis = page.locator('#figure-ifd-density').getByRole('slider').nth(3)
  await expect(axis).toBeVisible({ timeout: 60_000 })
  await expect(page.locator('#figure-mnd-density').getByRole('slider').first()).toBeVisible({
    timeout: 60_000,
  })
  await dragAlong(axis, 0.2, 0.3, [0.5])
  const marked = page.getByRole('group', { name: 'Marked range' })
  await expect(marked.getByText(ofAll)).toBeVisible()
  const drawn = page.locator('#figure-mnd-density path[data-brushed][d^="M"]')
  await expect(drawn.first()).toBeAttached()
  const n = /^\d+/.exec((await marked.getByText(ofAll).textContent()) ?? '')?.[0]
  await page.mouse.up()
  const filter = page.getByRole('region', { name: 'Filter' })
  await expect(filter.getByText(new RegExp(`^${n} of ${sampleRows()} rows`))).toBeVisible()
  await expect(drawn).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect(filter).toHaveCount(0)
})

test('levels are marked by dragging and by keys, means and shares follow, the picture says so, and Back undoes', async ({
  page,
  request,
}) => {
  test.slow()
  await page.setViewportSize({ width: 1920, height: 3000 })
  await openFigures(
    page,
    request,
    `?show=*difficulty-levels,*scores-over-rounds,*level-transitions,*ifd-density,*lengths&figures=${encodeURIComponent(JSON.stringify({ lengths: { statistic: 'median' } }))}`,
  )
  const levels = page.locator('#figure-difficulty-levels')
  for (const id of ['difficulty-levels', 'scores-over-rounds', 'ifd-density', 'lengths'])
    await expect(page.locator(`#figure-${id} svg.recharts-surface`).first()).toBeVisible({
      timeout: 60_000,
    })
  await expect(
    page.locator('#figure-level-transitions').getByText('n 16 pairs').first(),
  ).toBeVisible({
    timeout: 60_000,
  })
  const chart = levels.getByRole('application', { name: 'Mathematics, round 1' })
  // Five levels and none side by side, after the numbers of the axis.
  await dragAlong(chart, 2 / 6, 3 / 6, [3.6 / 6])
  const marked = page.getByRole('group', { name: 'Marked range' })
  await expect(marked.getByText('easy to hard', { exact: true })).toBeVisible()
  await expect(marked.getByText(ofAll)).toBeVisible()
  await expect(
    page.locator('#figure-scores-over-rounds path[data-brushed][d^="M"]').first(),
  ).toBeAttached()
  await expect(
    page.locator('#figure-level-transitions g[data-brushed]').first().getByText(/^\d+$/),
  ).toBeVisible()
  await expect(
    page.locator('#figure-lengths').getByText('This figure follows when the range is released.'),
  ).toBeVisible()
  const n = /^\d+/.exec((await marked.getByText(ofAll).textContent()) ?? '')?.[0]
  await page.mouse.up()
  const filter = page.getByRole('region', { name: 'Filter' })
  await expect(filter.getByText(new RegExp(`^${n} of ${sampleRows()} rows`))).toBeVisible()
  // Still on the page: the drag opened no rows.
  expect(page.url()).toContain('/figures?')
  await expect(marked.getByText(/filters the page/)).toBeVisible()
  await page.goBack()
  await expect(filter).toHaveCount(0)

  await page.mouse.move(0, 0)
  await chart.focus()
  await page.keyboard.down('Shift')
  await page.keyboard.press('ArrowRight')
  await expect(marked.getByText('very easy to easy', { exact: true })).toBeVisible()
  await page.keyboard.up('Shift')
  await expect(filter).toBeVisible()
  await expect(
    levels.getByRole('status').getByText('very easy to easy filters the page.'),
  ).toBeAttached()
  // The range that is there is moved and sized.
  await page.keyboard.down('Shift')
  await page.keyboard.press('ArrowUp')
  await expect(marked.getByText('easy to medium', { exact: true })).toBeVisible()
  await page.keyboard.up('Shift')
  await expect(marked.getByText(/filters the page/)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(filter).toHaveCount(0)
})

test('a view that is applied in the midst of other changes is shown whole, on a slow machine too', async ({
  page,
  request,
}) => {
  test.setTimeout(300_000)
  const filter = JSON.stringify({
    rounds: [1, 2],
    ranges: [{ column: 'ifd.strict', min: 0.1, max: 3, missing: false }],
  })
  const kept = {
    filter,
    show: '*ifd-density,ic-ifd-density.full,health-rates',
    figures: JSON.stringify({ 'ifd-density': { view: 'cumulative' } }),
  }
  const query = new URLSearchParams({ ...kept, brush: 'ifd-density,ifd.strict' })
  await openFigures(page, request, `?${query.toString()}`)
  const now = () => {
    const { searchParams } = new URL(page.url())
    return Object.fromEntries(
      ['filter', 'show', 'figures', 'brush', 'cols'].map((name) => [name, searchParams.get(name)]),
    )
  }
  await page.getByRole('button', { name: 'Views' }).click()
  await page.getByRole('textbox', { name: 'Name of the view' }).fill('two rounds')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByText('Saved as "two rounds".')).toBeVisible()
  await page.keyboard.press('Escape')
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  for (const gap of [0, 40, 150]) {
    await page.getByRole('button', { name: 'Views' }).click()
    await expect(page.getByRole('menuitem', { name: 'two rounds', exact: true })).toBeVisible()
    // All presses from within the page: none waits until the last one is drawn.
    await page.evaluate(async (ms) => {
      const press = async (label: string, role = 'button') => {
        const found = [...document.querySelectorAll<HTMLElement>(`${role}, [role="${role}"]`)].find(
          (one) => (one.getAttribute('aria-label') ?? one.textContent).trim() === label,
        )
        if (!found) throw new Error(`There is no ${label}.`)
        found.click()
        await new Promise((resolve) => setTimeout(resolve, ms))
      }
      await press('Hide Evolution health')
      await press('Unpin IFD')
      await press('Clear all')
      await press('two rounds', 'menuitem')
    }, gap)
    await expect(page.locator('#question-pinned').getByRole('heading', { level: 3 })).toHaveText(
      'IFD',
    )
    await expect(page.getByRole('button', { name: 'Hide Evolution health' })).toBeVisible()
    await expect
      .poll(() => ({ ...now(), filter: JSON.parse(now().filter ?? 'null') as unknown }), {
        timeout: 30_000,
      })
      .toEqual({
        ...kept,
        filter: JSON.parse(filter) as unknown,
        brush: 'ifd-density,ifd.strict',
        cols: null,
      })
  }
})
