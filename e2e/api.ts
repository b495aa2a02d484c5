import fs from 'node:fs'
import path from 'node:path'
import { expect, type APIRequestContext, type Locator, type Page } from '@playwright/test'

interface StudyBrief {
  id: string
  name: string
  origin: string
}

async function getJson<T>(request: APIRequestContext, path: string): Promise<T> {
  const response = await request.get(path)
  expect(response.ok(), `${path}: ${response.status()}`).toBe(true)
  return (await response.json()) as T
}

/** Returns the id of the built-in sample study. */
export async function sampleStudy(request: APIRequestContext): Promise<string> {
  const studies = await getJson<StudyBrief[]>(request, '/api/studies')
  const sample = studies.find((study) => study.origin === 'sample')
  expect(sample, 'the sample study is loaded by setup').toBeDefined()
  return (sample as StudyBrief).id
}

/** Returns how many rows the sample has. */
export function sampleRows(): number {
  const text = fs.readFileSync(
    path.join(import.meta.dirname, '../public/sample/sample.json'),
    'utf8',
  )
  const { files } = JSON.parse(text) as { files: { rows: number }[] }
  return files.reduce((sum, { rows }) => sum + rows, 0)
}

/** Opens the figures page of the sample study; `rest` of its address begins with ? or #. */
export async function openFigures(
  page: Page,
  request: APIRequestContext,
  rest = '',
): Promise<void> {
  await page.goto(`/studies/${await sampleStudy(request)}/figures${rest}`)
}

/** Makes an empty study and returns its id. */
export async function newStudy(request: APIRequestContext, name: string): Promise<string> {
  const response = await request.post('/api/studies', { data: { name, description: '' } })
  expect(response.ok()).toBe(true)
  const study = (await response.json()) as StudyBrief
  return study.id
}

/** Waits until no job of the study waits or runs; fails when one failed. */
export async function settle(request: APIRequestContext, studyId: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const jobs = await getJson<{ state: string; error: string | null }[]>(
          request,
          `/api/jobs?studyId=${studyId}`,
        )
        const failed = jobs.find((job) => job.state === 'failed')
        if (failed) return `failed: ${failed.error}`
        return jobs.every((job) => job.state !== 'queued' && job.state !== 'running')
          ? 'settled'
          : 'busy'
      },
      { timeout: 120_000, intervals: [500] },
    )
    .toBe('settled')
}

/** What tests read of a study. */
export interface StudyView {
  cells: {
    id: string
    armKey: string | null
    round: number
    rowCount: number
    fileName: string
    alignment: {
      kind: string
      matched: number
      total: number
      version: number
      operatorRows: number
    } | null
    responses: { present: number; missing: number } | null
  }[]
  columns: { id: string; label: string; shape: string }[]
}

/** Returns cells and columns of a study. */
export function studyView(request: APIRequestContext, studyId: string): Promise<StudyView> {
  return getJson<StudyView>(request, `/api/studies/${studyId}`)
}

/** Uploads a file, imports it where the preview puts it (or as `changes` say) and waits for the end. */
export async function importFile(
  request: APIRequestContext,
  studyId: string,
  file: { name: string; text: string },
  changes: Record<string, unknown> = {},
): Promise<void> {
  const uploadId = await uploadBytes(request, file.name, Buffer.from(file.text))
  const preview = await request.post(`/api/studies/${studyId}/imports/preview`, {
    data: { uploadIds: [uploadId] },
  })
  const { previews } = (await preview.json()) as { previews: { plan: Record<string, unknown> }[] }
  const plans = previews.map(({ plan }) => ({ ...plan, ...changes }))
  const started = await request.post(`/api/studies/${studyId}/imports`, { data: { plans } })
  expect(started.ok(), await started.text()).toBe(true)
  await settle(request, studyId)
}

/** A file as it is chosen in the page: its bytes, or rows of a JSON array. */
export interface ChosenFile {
  name: string
  content: Buffer | readonly unknown[]
}

/** Chooses files in the page's field for them. */
export function chooseFiles(page: Page, files: readonly ChosenFile[]): Promise<void> {
  const input = page.locator('input[type="file"]').first()
  return input.setInputFiles(
    files.map(({ name, content }) => ({
      name,
      buffer: Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content)),
      mimeType: 'application/octet-stream',
    })),
  )
}

/** Makes a study, opens its page and chooses files there; returns its id and the dialog of the import. */
export async function chooseInNewStudy(
  page: Page,
  request: APIRequestContext,
  name: string,
  files: readonly ChosenFile[],
): Promise<{ studyId: string; dialog: Locator }> {
  const studyId = await newStudy(request, name)
  await page.goto(`/studies/${studyId}`)
  await chooseFiles(page, files)
  return { studyId, dialog: page.getByRole('dialog') }
}

/** Imports what the dialog offers, waits for the end and returns what the study has then. */
export async function importChosen(
  request: APIRequestContext,
  { studyId, dialog }: { studyId: string; dialog: Locator },
  files = 1,
): Promise<StudyView> {
  const button = files === 1 ? 'Import 1 file' : `Import ${files} files`
  await dialog.getByRole('button', { name: button }).click()
  await expect(dialog).toBeHidden()
  await settle(request, studyId)
  return studyView(request, studyId)
}

/** Uploads bytes and returns the id of the upload. */
export async function uploadBytes(
  request: APIRequestContext,
  name: string,
  data: Buffer,
): Promise<string> {
  const upload = await request.post(`/api/uploads?name=${encodeURIComponent(name)}`, {
    data,
    headers: { 'content-type': 'application/octet-stream' },
  })
  const { uploadId } = (await upload.json()) as { uploadId: string }
  return uploadId
}

/** Adds the deterministic test backend once and returns its id. */
export async function fakeBackend(request: APIRequestContext): Promise<string> {
  const backends = await getJson<{ id: string; kind: string }[]>(request, '/api/backends')
  const existing = backends.find((backend) => backend.kind === 'fake')
  if (existing) return existing.id
  const response = await request.post('/api/backends', {
    data: { kind: 'fake', label: 'Test backend', config: {} },
  })
  expect(response.ok()).toBe(true)
  const backend = (await response.json()) as { id: string }
  return backend.id
}

/** Computes every measured metric of a study that needs no choice on the test backend and waits for the end. */
export async function computeAll(request: APIRequestContext, studyId: string): Promise<void> {
  const backend = await fakeBackend(request)
  const metrics = await getJson<{ id: string; kind: string }[]>(request, '/api/metrics')
  const measured = metrics
    .filter(({ id, kind }) => kind === 'measured' && !id.startsWith('pair_'))
    .map(({ id }) => id)
  const response = await request.post(`/api/studies/${studyId}/compute`, {
    data: {
      metrics: measured.map((metric) => ({ metric, params: {} })),
      backends: Object.fromEntries(measured.map((metric) => [metric, backend])),
    },
  })
  expect(response.ok(), await response.text()).toBe(true)
  await settle(request, studyId)
}
