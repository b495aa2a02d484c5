import { strFromU8, unzipSync } from 'fflate'
import { parse } from 'yaml'
import { importFile, newStudy } from '../api'
import { expect, test } from '../fixtures'

const TABLE = [
  'model,benchmark,metric,value,n',
  'student-a,mbpp,pass@1,31.2,500',
  'student-b,mbpp,pass@1,0.9,500',
  'student-c,humaneval,pass@1,31.2,164',
  'student-d,mbpp,pass@1,N/A,500',
].join('\n')

test('results: a pasted table needs its unit, is compared where it can be, and stands beside the paper', async ({
  page,
  request,
}) => {
  const studyId = await newStudy(request, 'Results')
  await page.goto(`/studies/${studyId}/results`)
  await expect(page.getByRole('heading', { name: 'No benchmark results yet' })).toBeVisible()
  await page.getByRole('button', { name: 'Import results' }).last().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Paste a table').fill(TABLE)
  const send = dialog.getByRole('button', { name: 'Import', exact: true })
  await send.click()
  await expect(dialog.getByRole('alert')).toContainText('line 2, unit: expected fraction, percent')
  await dialog.getByRole('combobox', { name: 'Unit of a table' }).click()
  await page.getByRole('option', { name: /^percent/ }).click()
  await send.click()
  await expect(dialog).toHaveCount(0)

  const table = page.getByRole('region', { name: 'Benchmark results' })
  await expect(table).toContainText('0.9 %')
  await expect(table).toContainText('not a count of 164')
  await expect(table).toContainText('no value (not_reported)')
  await page.getByLabel('Compare student-a, mbpp, pass@1').check()
  await page.getByLabel('Compare student-b, mbpp, pass@1').check()
  await expect(page.getByText('+30.30 percentage points')).toBeVisible()
  await page.getByLabel('Compare student-c, humaneval, pass@1').check()
  await expect(page.getByText('The benchmark differs: mbpp and humaneval.')).toBeVisible()

  await page.getByLabel('Edit student-a').click()
  await dialog.getByLabel('Student').fill('Llama-3-8B')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('region', { name: 'Models' })).toContainText('as you said')

  await page.getByRole('switch', { name: 'Published numbers of the paper' }).click({ force: true })
  await expect(page).toHaveURL(/paper=true/)
  await page.getByRole('combobox', { name: 'Benchmark' }).click()
  await page.getByRole('option', { name: 'MBPP', exact: true }).click()
  await expect(table).toContainText('arXiv 2412.11231 v1, Table 1')
  await expect(table).toContainText('student-a')

  await page.getByLabel('Remove pasted table.csv').click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByLabel('Remove pasted table.csv')).toBeVisible()
})

test('results: a model saved where its training bundle says belongs to that export, and leads to its rows', async ({
  page,
  request,
}) => {
  const studyId = await newStudy(request, 'Closed loop')
  const rows = Array.from({ length: 6 }, (_, i) => ({
    instruction: i < 4 ? `Name colour ${i}.` : `Sing a song of ${i} lines.`,
    input: '',
    output: `Answer ${i}`,
  }))
  const round = { name: 'small-iter1-general.json', text: JSON.stringify(rows) }
  await importFile(request, studyId, round)
  const state = { filter: { text: 'colour' }, sort: {}, columns: [] }
  const wanted = { studyId, state, format: 'llama-factory', name: 'colours' }
  const bundle = await request.get(
    `/api/studies/${studyId}/export/download?request=${encodeURIComponent(JSON.stringify(wanted))}`,
  )
  expect(bundle.ok(), await bundle.text()).toBe(true)
  const files = unzipSync(new Uint8Array(await bundle.body()))
  const settings = parse(strFromU8(files['train_sft.yaml'] ?? new Uint8Array()))
  const { output_dir: folder } = settings as { output_dir: string }
  expect(folder).toMatch(/^saves\/colours-[0-9a-f]{8}$/)

  // What lm-evaluation-harness writes for a checkpoint of that folder.
  const evaluated = {
    results: { gsm8k: { 'exact_match,strict-match': 0.5 } },
    'n-shot': { gsm8k: 5 },
    'n-samples': { gsm8k: { effective: 8 } },
    model_name: `${folder}/checkpoint-500`,
    lm_eval_version: '0.4.9',
  }
  await page.goto(`/studies/${studyId}/results?do=import-results`)
  const dialog = page.getByRole('dialog')
  await dialog
    .locator('input[type="file"]')
    .first()
    .setInputFiles({
      name: 'results_2024-12-15T00-00-00.500000.json',
      buffer: Buffer.from(JSON.stringify(evaluated)),
      mimeType: 'application/json',
    })
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(dialog).toHaveCount(0)
  const models = page.getByRole('region', { name: 'Models' })
  await expect(models).toContainText('from the recipe in its name')

  const csv = await request.get(`/api/studies/${studyId}/results/csv`)
  expect((await csv.text()).split('\r\n')[1]).toMatch(/^this study \(lm-eval\),gsm8k,.*,small,1,/)
  await page.getByRole('link', { name: /export colours$/ }).click()
  await expect(page).toHaveURL(/\/rows\?/)
  await expect(page.getByText('Name colour 3.').first()).toBeVisible()
  await expect(page.getByText('Sing a song')).toHaveCount(0)
})

test('results: one of many models with long names is found, read and mapped', async ({
  page,
  request,
}) => {
  const studyId = await newStudy(request, 'Many models')
  const long = (i: number) =>
    `models/2024-12/Llama-3.1-8B-evolved-by-a-very-long-name-small-iter1-alpaca-checkpoint-${i}`
  const rows = Array.from({ length: 500 }, (_, i) => `${long(i)},mbpp,pass@1,${i / 5},500`)
  await page.goto(`/studies/${studyId}/results?do=import-results`)
  const dialog = page.getByRole('dialog')
  await dialog
    .getByLabel('Paste a table')
    .fill(
      ['model,benchmark,metric,value,n,unit', ...rows.map((row) => `${row},percent`)].join('\n'),
    )
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(dialog).toHaveCount(0, { timeout: 60_000 })
  const models = page.getByRole('region', { name: 'Models' })
  await expect(page.getByText('500 of 500 not stated yet')).toBeVisible()
  expect((await models.boundingBox())?.height).toBeLessThan(700)
  const name = page.getByRole('region', { name: 'Benchmark results' }).getByText(long(0)).first()
  expect((await name.boundingBox())?.width).toBeGreaterThan(150)
  await page.getByRole('textbox', { name: 'Find a model' }).fill('checkpoint-499')
  await expect(models.getByRole('row')).toHaveCount(2)
  const edit = models.getByRole('button', { name: `Edit ${long(499)}` })
  await edit.press('Enter')
  await dialog.getByLabel('Student').fill('A wrong name')
  const save = dialog.getByRole('button', { name: 'Save' })
  await page.route('**/results/models', (sent) => sent.abort())
  await save.press('Enter')
  // The form is higher than the window: what went wrong is brought into sight, and what was typed is still there.
  await expect(dialog.getByRole('alert')).toBeInViewport({ ratio: 1 })
  await expect(dialog.getByLabel('Student')).toHaveValue('A wrong name')
  await page.unroute('**/results/models')
  await save.press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(models).toContainText('A wrong name')
  await expect(edit).toBeFocused()
  await edit.press('Enter')
  await dialog.getByLabel('Student').fill('Llama-3.1-8B')
  await save.press('Enter')
  await expect(models).not.toContainText('A wrong name')
  await expect(models).toContainText('as you said')
  await expect(page.getByText('499 of 500 not stated yet')).toBeVisible()
})
