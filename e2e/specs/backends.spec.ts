import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { APIRequestContext, Page } from '@playwright/test'
import { expect, test } from '../fixtures'

const KEY = 'sk-cAnArY-0123456789'
// A fresh installation probes its embedded models first.
const PROBED_MS = 60_000

interface Asked {
  path: string
  authorization: string | undefined
}

interface Stub {
  url: string
  asked: Asked[]
  close(): void
}

function reply(path: string, body: Record<string, unknown>): [number, unknown] {
  if (path === '/v1/models') return [200, { object: 'list', data: [{ id: 'm-1' }, { id: 'm-2' }] }]
  if (path !== '/v1/chat/completions') return [404, { detail: 'Not Found' }]
  const format = body['response_format'] as
    | { json_schema?: { schema?: { properties?: Record<string, { enum?: string[] }> } } }
    | undefined
  const fields = Object.entries(format?.json_schema?.schema?.properties ?? {})
  const object = Object.fromEntries(fields.map(([name, rule]) => [name, rule.enum?.[0]]))
  const top = [
    { token: 'yes', logprob: -0.1 },
    { token: 'no', logprob: -2.5 },
  ]
  return [
    200,
    {
      model: body['model'],
      choices: [
        {
          message: { content: fields.length > 0 ? JSON.stringify(object) : 'yes' },
          finish_reason: 'stop',
          logprobs: body['logprobs'] ? { content: [{ ...top[0], top_logprobs: top }] } : null,
        },
      ],
      usage: { prompt_tokens: 5, completion_tokens: 1 },
    },
  ]
}

/** A small OpenAI-compatible server that wants KEY; slow enough that a probe can be watched. */
async function startStub(): Promise<Stub> {
  const asked: Asked[] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { authorization } = request.headers
      const path = request.url ?? ''
      asked.push({ path, authorization })
      const text = Buffer.concat(chunks).toString('utf8')
      const [status, body] =
        authorization === `Bearer ${KEY}`
          ? reply(path, text ? (JSON.parse(text) as Record<string, unknown>) : {})
          : [401, { error: 'Unauthorized' }]
      setTimeout(() => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      }, 100)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function openDialog(page: Page) {
  await page.goto('/backends')
  await page.getByRole('button', { name: 'Connect a backend' }).first().click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('textbox', { name: 'Address' })).toBeFocused()
  return dialog
}

async function remove(request: APIRequestContext, label: string): Promise<void> {
  const backends = (await (await request.get('/api/backends')).json()) as {
    id: string
    label: string
  }[]
  for (const { id } of backends.filter((backend) => backend.label === label)) {
    await request.delete(`/api/backends/${id}`)
  }
}

test('a server is found, connected with a typed key and probed; the key is never seen again', async ({
  page,
  request,
}) => {
  test.slow()
  const stub = await startStub()
  const replies: string[] = []
  page.on('response', (response) => {
    if (response.url().includes('/api/')) {
      void response.text().then(
        (text) => replies.push(text),
        () => undefined,
      )
    }
  })
  try {
    const dialog = await openDialog(page)
    await dialog.getByRole('textbox', { name: 'Address' }).fill(`${stub.url}/v1/chat/completions`)
    await page.keyboard.press('Enter')
    await expect(dialog.getByText('It requires a key')).toBeVisible()

    await dialog.getByText('Type it in').click()
    await dialog.getByLabel('Key', { exact: true }).fill(KEY)
    await dialog.getByRole('button', { name: 'Search again' }).click()
    await expect(dialog.getByText(', 2 models')).toBeVisible()
    await expect(dialog.getByRole('textbox', { name: 'Address' })).toHaveValue(stub.url)
    await expect(dialog.getByLabel('Key', { exact: true })).toHaveValue('')
    await dialog.getByRole('combobox', { name: 'Model' }).fill('m-2')
    await dialog.getByRole('textbox', { name: 'Label' }).fill('E2E server')
    await dialog.getByRole('button', { name: 'Save and probe' }).click()
    await expect(dialog).toHaveCount(0)

    const card = page.getByRole('region', { name: 'E2E server', exact: true })
    const row = (name: string) => card.getByRole('row').filter({ hasText: name })
    await expect(card.getByRole('button', { name: 'Probe again' })).toBeVisible({
      timeout: PROBED_MS,
    })
    await expect(card.getByText('key stored')).toBeVisible()
    await expect(row('writes replies')).toContainText('Yes')
    await expect(row('Structured output')).toContainText('Yes')
    await expect(row('IFD and IC-IFD')).toContainText('Not offered')
    expect(stub.asked.some(({ authorization }) => authorization === `Bearer ${KEY}`)).toBe(true)

    await card.getByRole('button', { name: 'Edit' }).click()
    await expect(page.getByRole('dialog').getByText('never shown')).toBeVisible()
    await page.keyboard.press('Escape')
    const stored = await (await request.get('/api/backends')).text()
    const jobs = await (await request.get('/api/jobs')).text()
    for (const text of [await page.content(), stored, jobs, ...replies]) {
      expect(text).not.toContain('cAnArY')
    }
  } finally {
    stub.close()
    await remove(request, 'E2E server')
  }
})

test('a backend is duplicated, removed and brought back; where nothing listens the reason is shown', async ({
  page,
  request,
}) => {
  test.slow()
  const stub = await startStub()
  const { url } = stub
  stub.close()
  try {
    const dialog = await openDialog(page)
    await dialog.getByRole('textbox', { name: 'Address' }).fill(url)
    await page.keyboard.press('Enter')
    await expect(dialog.getByRole('alert')).toContainText('Nothing listens')
    await dialog.getByRole('button', { name: 'Choose the kind manually' }).click()
    await dialog.getByRole('combobox', { name: 'Model' }).fill('m-1')
    await dialog.getByRole('textbox', { name: 'Label' }).fill('E2E nobody')
    await dialog.getByRole('button', { name: 'Save and probe' }).click()
    const card = page.getByRole('region', { name: 'E2E nobody', exact: true })
    await expect(card.getByText(/Nothing listens/).first()).toBeVisible({ timeout: PROBED_MS })

    await card.getByRole('button', { name: 'More for E2E nobody' }).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await expect(page.getByRole('region', { name: 'E2E nobody (copy)', exact: true })).toBeVisible()
    await card.getByRole('button', { name: 'More for E2E nobody' }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await expect(card).toHaveCount(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(card).toBeVisible()
  } finally {
    await remove(request, 'E2E nobody')
    await remove(request, 'E2E nobody (copy)')
  }
})
