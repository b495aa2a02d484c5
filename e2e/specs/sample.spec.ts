import {
  computeAll,
  fakeBackend,
  importFile,
  newStudy,
  sampleStudy,
  settle,
  studyView,
} from '../api'
import { expect, test } from '../fixtures'

test('the sample study arrives with its values, and figures stand before anything is computed', async ({
  page,
  request,
}) => {
  const studyId = await sampleStudy(request)
  await page.goto('/')
  await page
    .getByRole('link', { name: /Sample: 48 seeds/ })
    .first()
    .click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Sample')
  await expect(page.getByText('About this sample.')).toBeVisible()
  await expect(page.locator('svg.recharts-surface').first()).toBeVisible()
  await expect(page.getByRole('progressbar', { name: /Progress of the jobs/ })).toBeHidden()
  // Figures come before the cells.
  const headings = await page.getByRole('heading', { level: 2 }).allTextContents()
  expect(headings.indexOf('Key figures')).toBeGreaterThanOrEqual(0)
  expect(headings.indexOf('Key figures')).toBeLessThan(headings.indexOf('Cells'))

  // Other tests may have computed the same metric with the fake backend.
  const recorded = page.getByRole('row').filter({ hasText: 'Embedded SmolLM2 135M' })
  await recorded.getByRole('button', { name: 'Difficulty level', exact: true }).click()
  const card = page.getByRole('dialog')
  await expect(
    card.getByText(/came with the sample study and were not computed here/),
  ).toBeVisible()
  await expect(card.getByText(/npm run evolens -- sample record/)).toBeVisible()
  await page.keyboard.press('Escape')

  await page.goto(`/studies/${studyId}/figures`)
  await expect(page.getByRole('heading', { name: 'Difficulty levels' })).toBeVisible()
  await expect(page.getByText(/rows have a value/).first()).toBeVisible()
  await expect(page.getByText('Not computed in this study yet.')).toHaveCount(0)
})

test('what the recorded values leave to be computed is one metric', async ({ page, request }) => {
  const studyId = await sampleStudy(request)
  await page.goto(`/studies/${studyId}`)
  await expect(page.getByText(/^1 of \d+ measured metrics? not computed/)).toBeVisible()
  await page.goto(`/studies/${studyId}?do=compute`)
  const chosen = page.getByRole('dialog').getByRole('checkbox', { checked: true })
  await expect(chosen).toHaveCount(1)
  await expect(chosen).toHaveAccessibleName(/^Token losses/)
})

test('the compute dialog estimates first, then runs', async ({ page, request }) => {
  const studyId = await sampleStudy(request)
  await computeAll(request, studyId)
  await page.goto(`/studies/${studyId}?do=compute`)
  const dialog = page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  await expect(dialog.getByRole('checkbox').first()).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await settle(request, studyId)
})

test('compare sets two evolvers side by side on the same seeds', async ({ page, request }) => {
  const studyId = await sampleStudy(request)
  await computeAll(request, studyId)
  await page.goto(`/studies/${studyId}/compare`)
  await expect(page.getByText(/aligned pairs/).first()).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Differences by metric' })).toBeVisible()
  await expect(page.getByText('48 aligned pairs').first()).toBeVisible()
})

test('evolving makes a new evolver with recorded operators', async ({ request }) => {
  const studyId = await newStudy(request, 'Evolve trial')
  const rows = Array.from({ length: 6 }, (_, i) =>
    JSON.stringify({ instruction: `Explain step ${i}.`, input: '', output: '' }),
  )
  const file = { name: 'steps-seeds.jsonl', text: `${rows.join('\n')}\n` }
  await importFile(request, studyId, file, { armKey: null, armLabel: null, round: 0 })
  const started = await request.post(`/api/studies/${studyId}/experiments`, {
    data: {
      name: 'Trial',
      scenario: { kind: 'evol-instruct', rounds: 2 },
      arms: [{ key: 'fake', label: 'Fake evolver', backend: await fakeBackend(request) }],
      responses: { backend: await fakeBackend(request) },
    },
  })
  expect(started.ok(), await started.text()).toBe(true)
  await settle(request, studyId)
  const detail = await studyView(request, studyId)
  const evolved = detail.cells.filter((cell) => cell.armKey === 'fake')
  expect(evolved.map((cell) => cell.round)).toEqual([1, 2])
  for (const cell of evolved) {
    expect(cell.rowCount).toBe(6)
    expect(cell.alignment).toMatchObject({ kind: 'birth', matched: 6 })
    expect(cell.responses?.present).toBe(6)
  }
})
