import fs from 'node:fs/promises'
import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { jobs } from '@/db/schema'
import { AppError } from '@/lib/errors'
import { requestHub } from '@/lib/models/hub-request'
import { parquetOf } from '@/lib/testing/formats/parquet-file'
import { HUB_COMMIT, hubFiles, hubServer, type HubServer } from '@/lib/testing/hub-server'
import { studyEach, type TestStudy } from '@/lib/testing/imports'
import { previewImport } from '../imports/preview'
import { fetchDataset } from './fetch'
import { describeDataset, listDownloads, requestDataset } from './index'
import { removeUpload } from '../imports/uploads'

const TOKEN = 'hf_secret'
let study: TestStudy
studyEach((one) => (study = one))
let server: HubServer
let env: Record<string, string>
beforeEach(async () => {
  server = await hubServer(await hubFiles(parquetOf))
  env = { HF_ENDPOINT: server.url, HF_TOKEN: TOKEN }
})
afterEach(() => server.close())

const request = (...splits: string[]) => ({
  name: 'lab/evol',
  commit: HUB_COMMIT,
  parts: splits.map((split) => ({ config: 'default', split })),
})
const fetchParts = (splits: string[], signal?: AbortSignal) =>
  fetchDataset(study.config, request(...splits), { env, signal, onProgress: () => {} })
const stored = () => fs.readdir(study.config.uploadsDir, { recursive: true })

describe('a data set by name', () => {
  it('is told with its parts and sizes before anything of it is fetched', async () => {
    const told = await describeDataset('lab/evol', 'main', { env })
    expect(told.commit).toBe(HUB_COMMIT)
    expect(
      told.parts.map(({ config, split, name, files }) => [config, split, name, files]),
    ).toEqual([
      ['default', 'train', 'evol.jsonl', 2],
      ['default', 'test', 'evol-test.jsonl', 0],
      ['seeds', 'train', 'seeds.jsonl', 1],
    ])
    expect(told.parts[0]?.sizeBytes).toBeGreaterThan(200)
    expect(told.parts[1]?.reason).toMatch(/No file/)
    expect(server.storage).toHaveLength(0)
  })

  it('becomes an upload whose rows are those of its pieces in order, and the token goes to the hub alone', async () => {
    const requests = await fetchParts(['train'])
    const [preview] = await previewImport(study, study.studyId, requests)
    expect(preview).toMatchObject({ error: null, rowCount: 4, plan: { fileName: 'evol.jsonl' } })
    expect(preview?.rows.map(({ instruction }) => instruction)).toEqual([
      'Say 0',
      'Say 1',
      'Say 2',
      'Say 3',
    ])
    expect(server.hub.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(
      true,
    )
    expect(server.storage).toHaveLength(2)
    expect(server.storage.some(({ headers }) => headers.authorization !== undefined)).toBe(false)
    expect((await stored()).filter((name) => name.endsWith('.parquet'))).toEqual([])
  })

  it('goes on where it was broken off, and a cancelled one leaves no upload', async () => {
    let sent = 0
    const stop = new AbortController()
    server.rule = (asked, response) => {
      if (!asked.url?.includes('train-00001') || server.storage.at(-1) !== asked || sent > 0)
        return false
      sent += 1
      response.writeHead(200, { 'content-length': 1_000 }).write(Buffer.from('PAR1'))
      setTimeout(() => stop.abort(), 100)
      return true
    }
    await expect(fetchParts(['train'], stop.signal)).rejects.toMatchObject({ code: 'cancelled' })
    expect((await stored()).filter((name) => name.endsWith('upload.json'))).toEqual([])
    const before = server.storage.length
    await fetchParts(['train'])
    const ranges = server.storage
      .slice(before)
      .map(({ url, headers }) => [url?.slice(-24, -17), headers.range])
    // The first piece is whole and is not asked for again.
    expect(ranges).toEqual([[expect.any(String), 'bytes=4-']])
  })

  it('is refused where a file is not what the hub says', async () => {
    server.rule = (asked, response) => {
      if (server.storage.at(-1) !== asked) return false
      response.end('other bytes')
      return true
    }
    await expect(fetchParts(['train'])).rejects.toThrow(/train-0000.* is not what the hub says/)
    expect((await stored()).filter((name) => /parquet|upload\.json/.test(name))).toEqual([])
  })

  it.each([
    [401, 'RepoNotFound', /knows no lab\/evol, or it is private.* HF_TOKEN belongs to no account/],
    [403, 'GatedRepo', /lab\/evol is gated\. Ask for access on its page/],
    [404, 'RevisionNotFound', /has no such revision/],
    [403, 'DisabledRepo', /has disabled lab\/evol/],
    [403, '', /refused access \(HTTP 403\)/],
    [429, '', /asks to wait/],
    [500, '', /answered HTTP 500/],
  ])('HTTP %i %s is told with what to do, without the token', async (status, code, message) => {
    server.rule = (_asked, response) => {
      response.writeHead(status, code ? { 'x-error-code': code } : {}).end(TOKEN)
      return true
    }
    const error = await describeDataset('lab/evol', 'main', { env }).catch(
      (caught: unknown) => caught,
    )
    expect(error).toBeInstanceOf(AppError)
    expect((error as AppError).message).toMatch(message)
    expect((error as AppError).message).not.toContain(TOKEN)
    // What jobs try again: a hub that is busy or broken, never one that refuses.
    const isLater = status === 429 || status >= 500
    expect(['rate_limited', 'backend_unavailable'].includes((error as AppError).code)).toBe(isLater)
  })

  it('that is refused in mid-download is asked for once, and the job is not tried again', async () => {
    let asked = 0
    server.rule = (request, response) => {
      if (!request.url?.includes('/resolve/') || !request.url.includes('.parquet')) return false
      asked += 1
      response.writeHead(403, { 'x-error-code': 'GatedRepo' }).end()
      return true
    }
    await expect(fetchParts(['train'])).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('is gated'),
    })
    expect(asked).toBe(1)
  })

  it('that was fetched is listed until its uploads are gone', async () => {
    const { id } = requestDataset(study, request('train'))
    expect(await listDownloads(study)).toMatchObject([{ id, state: 'queued' }])
    const uploads = await fetchParts(['train'])
    const ended = { state: 'succeeded' as const, result: { uploads }, finishedAt: Date.now() }
    study.db.update(jobs).set(ended).where(eq(jobs.id, id)).run()
    expect(await listDownloads(study)).toMatchObject([{ id, result: { uploads } }])
    await removeUpload(study.config, uploads[0]!.uploadId)
    expect(await listDownloads(study)).toEqual([])
  })

  it('is not asked for while HF_HUB_OFFLINE is set, and a hub that is not there is told', async () => {
    const offline = { ...env, HF_HUB_OFFLINE: '1' }
    await expect(describeDataset('lab/evol', 'main', { env: offline })).rejects.toThrow(
      /HF_HUB_OFFLINE/,
    )
    expect(server.hub).toHaveLength(0)
    await server.close()
    await expect(describeDataset('lab/evol', 'main', { env })).rejects.toThrow(
      /ECONNREFUSED.*HF_ENDPOINT/,
    )
  })

  it.each(['[]', '{"sha":"x"}', '<html>', '{"__proto__":{}}'])(
    'is refused where the answer is no answer of a hub: %s',
    async (text) => {
      server.rule = (_asked, response) => {
        response.end(text)
        return true
      }
      await expect(describeDataset('lab/evol', 'main', { env })).rejects.toThrow(
        /not what a hub says/,
      )
    },
  )
})

describe('a redirect of the hub', () => {
  it.each([
    ['http://storage.test/x', /storage\.test, which is not https/],
    ['https://10.0.0.1/x', /10\.0\.0\.1, which is not a public address/],
    ['https://[::1]/x', /::1, which is not a public address/],
    ['https://169.254.169.254/latest', /not a public address/],
    ['https://localhost/x', /localhost, whose address is not a public one/],
    ['file:///etc/passwd', /not https/],
  ])('to %s is not followed', async (location, message) => {
    server.rule = (_asked, response) => {
      response.writeHead(302, { location }).end()
      return true
    }
    const asked = requestHub(`${server.url}/x`, {}, { env, signal: AbortSignal.timeout(5_000) })
    await expect(asked).rejects.toThrow(message)
  })

  it('without end is given up', async () => {
    server.rule = (_asked, response) => {
      response.writeHead(302, { location: '/x' }).end()
      return true
    }
    const asked = requestHub(`${server.url}/x`, {}, { env, signal: AbortSignal.timeout(5_000) })
    await expect(asked).rejects.toThrow(/redirects without end/)
  })
})
