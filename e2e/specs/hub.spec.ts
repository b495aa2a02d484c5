import type { ServerResponse } from 'node:http'
import { request } from '@playwright/test'
import { hubServer } from '../../lib/testing/hub-server'
import { importChosen, newStudy } from '../api'
import { expect, test } from '../fixtures'
import { startServer } from '../server'

const FILES = {
  'README.md':
    '---\nconfigs:\n- config_name: default\n  data_files:\n  - {split: train, path: train.jsonl}\n---\n',
  'train.jsonl': '{"instruction":"Name a fruit.","input":"","output":"Apple."}\n',
}

test('a data set of the hub goes on loading while the dialog is closed, and the next dialog offers it', async ({
  page,
}) => {
  const hub = await hubServer(FILES)
  const held: ServerResponse[] = []
  hub.rule = (asked, response) => {
    if (!asked.url?.includes('/resolve/') || !asked.url.endsWith('train.jsonl')) return false
    held.push(response)
    return true
  }
  const server = await startServer({ complete: true, env: { HF_ENDPOINT: hub.url } })
  try {
    const api = await request.newContext({ baseURL: server.url })
    const studyId = await newStudy(api, 'From the hub')
    const address = `${server.url}/studies/${studyId}?do=import`
    await page.goto(address)
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Data set of the Hugging Face hub').fill('lab/evol')
    await dialog.getByRole('button', { name: 'Show what it holds' }).click()
    await dialog.getByRole('button', { name: /^Fetch 1 part/ }).click()
    await expect(dialog.getByText('Fetching train.jsonl')).toBeVisible()
    await expect.poll(() => held.length).toBe(1)
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()

    // It is whole before anybody looks again.
    held[0]?.end(FILES['train.jsonl'])
    const states = async () => {
      const jobs = (await (await api.get('/api/hub/downloads')).json()) as { state: string }[]
      return jobs.map(({ state }) => state)
    }
    await expect.poll(states).toEqual(['succeeded'])
    await page.goto(address)
    await dialog.getByRole('button', { name: 'Add to this import' }).click()
    await expect(dialog.getByRole('cell', { name: 'Name a fruit.' })).toBeVisible()
    const detail = await importChosen(api, { studyId, dialog })
    expect(detail.cells.map(({ rowCount }) => rowCount)).toEqual([1])

    // What is imported is not offered again.
    expect(await states()).toEqual([])
  } finally {
    await server.stop()
    await hub.close()
  }
})

test('a gated data set is asked for once, and the page says what to do', async ({ page }) => {
  const hub = await hubServer(FILES)
  hub.rule = (_asked, response) => {
    response.writeHead(403, { 'x-error-code': 'GatedRepo' }).end()
    return true
  }
  const server = await startServer({ env: { HF_ENDPOINT: hub.url } })
  try {
    const api = await request.newContext({ baseURL: server.url })
    const studyId = await newStudy(api, 'Gated')
    await page.goto(`${server.url}/studies/${studyId}?do=import`)
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Data set of the Hugging Face hub').fill('lab/evol')
    await dialog.getByRole('button', { name: 'Show what it holds' }).click()
    await expect(dialog.getByRole('alert')).toContainText('lab/evol is gated. Ask for access')
    expect(hub.hub).toHaveLength(1)
  } finally {
    await server.stop()
    await hub.close()
  }
})
