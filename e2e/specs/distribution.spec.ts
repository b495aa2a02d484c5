import { openFigures, sampleStudy } from '../api'
import { expect, test } from '../fixtures'

// The first figure of a new server loads the columns.
const DRAWN = { timeout: 60_000 }

test('any column with values can be drawn, and its address opens the same figure again', async ({
  page,
  request,
}) => {
  test.slow()
  await openFigures(page, request)
  const figure = page.locator('#figure-distribution')
  await figure.getByRole('button', { name: 'Show Distribution' }).click()
  await expect(figure.getByText(/Choose a column to draw: \d+ have values\./)).toBeVisible()
  await figure.getByRole('combobox', { name: 'Column' }).fill('difficulty sc')
  await page.getByRole('option', { name: 'Difficulty score' }).click()
  const title = figure.getByRole('heading', { name: 'Distribution of Difficulty score' })
  await expect(title).toBeVisible(DRAWN)
  await expect(figure.getByText(/^\d+ of \d+ rows have a value/)).toBeVisible()
  await figure.getByText('Histogram', { exact: true }).click()
  await expect(figure.getByText('Number of rows')).toBeVisible()

  // The page opens at its top; a figure is asked for once it is near the window.
  await page.reload()
  await figure.scrollIntoViewIfNeeded()
  await expect(title).toBeVisible(DRAWN)
  await expect(figure.getByText('Number of rows')).toBeVisible()
  await expect(figure.locator('svg.recharts-surface').first()).toBeVisible()
})

test('the card of a column leads to its distribution', async ({ page, request }) => {
  test.slow()
  const studyId = await sampleStudy(request)
  await page.goto(`/studies/${studyId}/rows?cols=ifd.strict`)
  await page.getByRole('button', { name: 'Run details of IFD' }).first().click()
  await page.getByRole('dialog').getByRole('link', { name: 'Draw: distribution' }).click()
  const title = page.getByRole('heading', { name: 'Distribution of IFD' })
  await expect(title).toBeVisible(DRAWN)
  await expect(title).toBeInViewport()
})

test('a column that is not there is refused by name, with those that are', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  const ask = (options: object) =>
    request.get(
      `/api/studies/${studyId}/figures/distribution?options=${encodeURIComponent(JSON.stringify(options))}`,
    )
  for (const options of [{}, { column: 'no_metric.value' }, { column: 'difficulty_level.level' }]) {
    const reply = await ask(options)
    expect(reply.status()).toBe(400)
    expect(await reply.text()).toContain('ifd.strict')
  }
  expect((await ask({ column: 'ifd.strict', view: 'cumulative' })).status()).toBe(200)

  const wrong = JSON.stringify({ distribution: { column: 'no_metric.value' } })
  await page.goto(`/studies/${studyId}/figures?figures=${encodeURIComponent(wrong)}`)
  await page.locator('#figure-distribution').scrollIntoViewIfNeeded()
  await expect(page.locator('#figure-distribution').getByRole('alert')).toContainText(
    /no column "no_metric\.value".*ifd\.strict/,
  )
})
