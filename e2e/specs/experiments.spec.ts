import type { APIRequestContext, Page } from '@playwright/test'
import { fakeBackend, importFile, newStudy, settle } from '../api'
import { expect, test } from '../fixtures'

// Starting Python takes seconds, more on a busy machine.
const SLOW = { timeout: 120_000 }

/** A study of twelve seeds that can be queries, and what its plans name. */
async function seeded(request: APIRequestContext) {
  const studyId = await newStudy(request, 'Evolve bench')
  const rows = Array.from({ length: 12 }, (_, n) =>
    JSON.stringify({ instruction: `Explain how a river of order ${n} begins.`, input: '' }),
  )
  const file = { name: 'rivers-seeds.jsonl', text: `${rows.join('\n')}\n` }
  await importFile(request, studyId, file, { armKey: null, armLabel: null, round: 0 })
  await request.patch('/api/system/sandbox', { data: { isOn: true } })
  return { studyId, backend: await fakeBackend(request) }
}

const evolvers = (backend: string) => `arms:
  - { key: one, label: One, backend: ${backend} }
  - { key: two, label: Two, backend: ${backend}, decoding: { seed: 77 } }
`

/** Types a plan into the page, starts it, and waits until each of its stages is done. */
async function start(page: Page, studyId: string, plan: string): Promise<void> {
  await page.goto(`/studies/${studyId}/experiments?do=new`)
  await page.getByRole('textbox', { name: 'Plan as YAML' }).fill(plan)
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  const stages = page.getByRole('region', { name: 'Stages' })
  await expect(stages).toBeVisible(SLOW)
  await expect(stages.getByText(/^(Waiting|Queued|Running)/)).toHaveCount(0, SLOW)
  await expect(stages.getByText(/^Failed|^Paused/)).toHaveCount(0)
}

test('a plan that is typed runs to its funnel and its pass matrix; phrases draw the rarefaction', async ({
  page,
  request,
}) => {
  test.setTimeout(300_000)
  const { studyId, backend } = await seeded(request)
  await start(
    page,
    studyId,
    `name: Constraints
scenario: { kind: autoif, constraints: Use no commas., requests: 1, perRequest: 3, samples: 3, queries: 4 }
${evolvers(backend)}responses: { backend: ${backend}, maxTokens: 64 }
`,
  )
  const stages = page.getByRole('region', { name: 'Stages' })
  await expect(stages.getByRole('row', { name: /^Checking functions/ })).toContainText(
    /\d+ in: \d+ OK/,
  )
  await stages
    .getByRole('row', { name: /^Cross-validation/ })
    .getByRole('button')
    .first()
    .click()
  const matrix = page.getByRole('region', { name: /^Outcomes of the functions for: / }).first()
  await expect(matrix.getByText(/^(pass|fail)$/).first()).toBeVisible()
  await expect(matrix.getByRole('columnheader', { name: 'Accuracy' })).toBeVisible()
  // The address holds the stage that is open.
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Cross-validation, One' })).toBeVisible()

  await start(
    page,
    studyId,
    `name: Methods
scenario: { kind: auto-evol }
${evolvers(backend).replaceAll(/key: (\w+), label: (\w+)/g, 'key: auto-$1, label: Auto $2')}judge: { backend: ${backend} }
`,
  )
  await page.getByRole('link', { name: 'All experiments' }).click()
  const list = page.getByRole('region', { name: 'Experiments' })
  await expect(list.getByRole('row')).toHaveCount(3)
  await settle(request, studyId)
  await page.goto(`/studies/${studyId}/figures#figure-method-rarefaction`)
  const figure = page.locator('#figure-method-rarefaction')
  await expect(figure.locator('svg.recharts-surface').first()).toBeVisible(SLOW)
  await expect(figure.getByText('Auto One').first()).toBeVisible()
})
