import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import http from 'node:http'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { call } from '@/components/hooks/api'
import { unfinishedUploads, uploadFile } from '@/components/hooks/upload-file'
import { appendUploadEndpoint, beginUploadEndpoint, partialUploadEndpoint } from '@/lib/api/imports'
import { openUpload } from '@/lib/services/imports/uploads'
import { testStudy, type TestStudy } from '@/lib/testing/imports'
import { closeWire, openWire, routeFetch } from '@/lib/testing/route-fetch'
import { routeServer } from '@/lib/testing/route-server'

const MB = 1024 ** 2
/** What happens to the requests that send bytes, one after the other; those after it arrive. */
type Fate = 'arrives' | 'half of it arrives' | 'no connection' | 'the reply is lost'

/** The tests put the routes of this process in its place. */
const globalFetch = globalThis.fetch

let study: TestStudy
let fates: Fate[]
/** Method, address and bytes of each request that sent some. */
let sent: { method: string; url: string; bytes: number }[]
/** The browser's storage, whose keys are properties. */
class Storage {
  [key: string]: unknown
  getItem(key: string) {
    return (this[key] as string | undefined) ?? null
  }
  setItem(key: string, value: string) {
    this[key] = value
  }
  removeItem(key: string) {
    delete this[key]
  }
}
let storage: Storage

function fated(bytes: Uint8Array, fate: Fate): ReadableStream<Uint8Array> {
  let at = 0
  const end = fate === 'half of it arrives' ? bytes.length / 2 : bytes.length
  return new ReadableStream({
    pull(controller) {
      if (at < end) controller.enqueue(bytes.slice(at, (at += 256 * 1024)))
      else if (end < bytes.length) controller.error(new Error('socket hang up'))
      else controller.close()
    },
  })
}

/** XMLHttpRequest over the routes of this process, as far as an upload uses it. */
class WireRequest {
  upload: { onprogress?: (event: { loaded: number }) => void } = {}
  onload = () => {}
  onerror = () => {}
  onabort = () => {}
  onloadend = () => {}
  status = 0
  responseText = ''
  #method = ''
  #url = ''
  open(method: string, url: string) {
    this.#method = method
    this.#url = url
  }
  setRequestHeader() {}
  abort() {
    this.onabort()
  }
  send(blob: Blob) {
    void this.#send(blob)
  }
  async #send(blob: Blob) {
    const fate = fates.shift() ?? 'arrives'
    if (fate === 'no connection') return this.onerror()
    const bytes = new Uint8Array(await blob.arrayBuffer())
    sent.push({ method: this.#method, url: this.#url, bytes: bytes.length })
    this.upload.onprogress?.({ loaded: bytes.length })
    const init = { method: this.#method, body: fated(bytes, fate), duplex: 'half' as const }
    const reply = await routeFetch(this.#url, init)
    if (fate !== 'arrives') return this.onerror()
    this.status = reply.status
    this.responseText = await reply.text()
    this.onload()
  }
}

beforeEach(async () => {
  study = await testStudy()
  openWire(study)
  fates = []
  sent = []
  storage = new Storage()
  vi.stubGlobal('XMLHttpRequest', WireRequest)
  vi.stubGlobal('localStorage', storage)
})
afterEach(async () => {
  closeWire()
  await study.close()
})

function fileOf(megabytes: number, name = 'big.json', fill = 7): File {
  const bytes = Buffer.alloc(megabytes * MB, fill)
  for (let at = 0; at < bytes.length; at += 65_536) bytes.writeUInt32LE(at, at)
  return new File([bytes], name, { lastModified: 1 })
}

async function expectStored(uploadId: string, file: File) {
  const { path, sha256 } = await openUpload(study.config, uploadId)
  const bytes = Buffer.from(await file.arrayBuffer())
  expect(bytes.equals(await fs.readFile(path))).toBe(true)
  expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
}

it('goes on after lost connections, half of a piece and a lost reply, and sends no byte twice that was stored', async () => {
  const file = fileOf(40)
  fates = ['arrives', 'half of it arrives', 'no connection', 'arrives', 'the reply is lost']
  const waits: boolean[] = []
  const shown: number[] = []
  const { uploadId } = await uploadFile(file, 'big.json', {
    onWaiting: (isWaiting) => waits.push(isWaiting),
    onProgress: (bytes) => shown.push(bytes),
  })
  await expectStored(uploadId, file)
  expect(waits).toContain(true)
  expect(waits.at(-1)).toBe(false)
  expect(shown.at(-1)).toBe(40 * MB)
  // Half of one piece of 8 MB was lost on the way.
  expect(sent.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(44 * MB)
  expect(unfinishedUploads()).toEqual([])
}, 30_000)

it('goes on after a reload of the page when the same file is chosen again, and only then', async () => {
  const stop = new AbortController()
  const first = uploadFile(fileOf(40), 'a/big.json', {
    signal: stop.signal,
    onProgress: (bytes) => bytes > 16 * MB && stop.abort(),
  })
  await expect(first).rejects.toMatchObject({ name: 'AbortError' })
  expect(unfinishedUploads()).toEqual(['a/big.json'])
  sent = []
  const other = await uploadFile(fileOf(40, 'big.json', 9), 'a/big.json')
  expect(sent).toHaveLength(5)
  await expectStored(other.uploadId, fileOf(40, 'big.json', 9))
  sent = []
  const again = await uploadFile(fileOf(40), 'a/big.json')
  expect(sent.length).toBeLessThan(4)
  await expectStored(again.uploadId, fileOf(40))
  expect(unfinishedUploads()).toEqual([])
}, 30_000)

it('keeps what a real connection brought before it was cut, for another server as well', async () => {
  const { uploadId } = await call(beginUploadEndpoint, { body: { name: 'a', sizeBytes: 3 * MB } })
  const first = await routeServer()
  const cut = http.request(`${first.url}/api/uploads/parts/${uploadId}?offset=0`, {
    method: 'PATCH',
    headers: { 'content-length': 2 * MB, 'content-type': 'application/octet-stream' },
  })
  cut.on('error', () => undefined)
  cut.write(Buffer.alloc(MB, 5))
  const offset = async () => (await call(partialUploadEndpoint, { params: { uploadId } })).offset
  await expect.poll(offset, { timeout: 20_000 }).toBe(MB)
  cut.destroy()
  first.close()
  const second = await routeServer()
  const rest = await globalFetch(`${second.url}/api/uploads/parts/${uploadId}?offset=${MB}`, {
    method: 'PATCH',
    body: Buffer.alloc(2 * MB, 6),
  })
  second.close()
  const { upload } = appendUploadEndpoint.reply.parse(await rest.json())
  const bytes = Buffer.concat([Buffer.alloc(MB, 5), Buffer.alloc(2 * MB, 6)])
  expect(upload?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
}, 60_000)

it('sends a small file whole', async () => {
  const { uploadId } = await uploadFile(fileOf(1), 'small.json')
  expect(sent).toEqual([{ method: 'POST', url: '/api/uploads?name=small.json', bytes: MB }])
  await expectStored(uploadId, fileOf(1))
})

it('ends with the error of the server where trying again would not help', async () => {
  vi.stubGlobal('fetch', () =>
    Promise.resolve(
      Response.json(
        { error: { code: 'data_error', message: 'The disk is full.' } },
        { status: 422 },
      ),
    ),
  )
  await expect(uploadFile(fileOf(40), 'big.json')).rejects.toThrow('The disk is full.')
})
