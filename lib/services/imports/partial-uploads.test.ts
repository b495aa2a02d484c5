import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import { expect, it } from 'vitest'
import { studyEach, type TestStudy } from '@/lib/testing/imports'
import { appendUpload, beginUpload, partialUpload } from './partial-uploads'
import { openUpload, purgeUploads, removeUpload } from './uploads'

let study: TestStudy
studyEach((one) => (study = one))

const begin = (sizeBytes: number) => beginUpload(study.config, { name: 'big.json', sizeBytes })
const send = (uploadId: string, offset: number, text: string) =>
  appendUpload(study.config, uploadId, { offset, body: [Buffer.from(text)] })
const state = (uploadId: string) => partialUpload(study.config, uploadId)

it('is put together of pieces, with the SHA-256 of the whole', async () => {
  const { uploadId, offset } = await begin(6)
  expect(offset).toBe(0)
  expect(await send(uploadId, 0, 'abcd')).toMatchObject({ offset: 4, upload: null })
  await expect(openUpload(study.config, uploadId)).rejects.toMatchObject({ code: 'not_found' })
  const { upload } = await send(uploadId, 4, 'ef')
  const sha256 = createHash('sha256').update('abcdef').digest('hex')
  expect(upload).toEqual({ uploadId, fileName: 'big.json', sizeBytes: 6, sha256 })
  expect(await state(uploadId)).toEqual({ uploadId, sizeBytes: 6, offset: 6, upload })
  const { path } = await openUpload(study.config, uploadId)
  expect(await fs.readFile(path, 'utf8')).toBe('abcdef')
  await removeUpload(study.config, uploadId)
  await expect(state(uploadId)).rejects.toMatchObject({ code: 'not_found' })
})

it('keeps what came before a connection broke, and goes on from there', async () => {
  const { uploadId } = await begin(6)
  async function* breaking() {
    yield Buffer.from('ab')
    yield Buffer.from('c')
    throw new Error('socket hang up')
  }
  const broken = appendUpload(study.config, uploadId, { offset: 0, body: breaking() })
  await expect(broken).rejects.toMatchObject({ code: 'cancelled' })
  expect(await state(uploadId)).toMatchObject({ offset: 3, upload: null })
  expect(await send(uploadId, 3, 'def')).toMatchObject({ offset: 6, upload: { sizeBytes: 6 } })
})

it('refuses a piece that begins elsewhere and says where it has to begin', async () => {
  const { uploadId } = await begin(6)
  await send(uploadId, 0, 'abc')
  for (const offset of [0, 2, 4]) {
    await expect(send(uploadId, offset, 'x')).rejects.toMatchObject({
      code: 'conflict',
      details: { offset: 3 },
    })
  }
  expect(await state(uploadId)).toMatchObject({ offset: 3 })
})

it('keeps nothing of a piece that is longer than the file', async () => {
  const { uploadId } = await begin(5)
  await send(uploadId, 0, 'abc')
  const body = [Buffer.from('de'), Buffer.from('f')]
  const long = appendUpload(study.config, uploadId, { offset: 3, body })
  await expect(long).rejects.toMatchObject({ code: 'invalid_input' })
  expect(await state(uploadId)).toMatchObject({ offset: 3, upload: null })
})

it('has one writer: who comes with the right offset takes the place of one that stands still', async () => {
  const { uploadId } = await begin(6)
  const silent = new Promise<never>(() => {})
  async function* stalled() {
    yield Buffer.from('ab')
    await silent
  }
  const first = appendUpload(study.config, uploadId, { offset: 0, body: stalled() })
  const ended = first.catch((error: unknown) => error)
  await expect.poll(async () => (await state(uploadId)).offset).toBe(2)
  await expect(send(uploadId, 0, 'xx')).rejects.toMatchObject({ details: { offset: 2 } })
  const [second, third] = await Promise.allSettled([
    send(uploadId, 2, 'cdef'),
    send(uploadId, 2, 'cdef'),
  ])
  expect(await ended).toMatchObject({ code: 'cancelled' })
  const outcomes = [second, third].map((one) => (one as PromiseFulfilledResult<unknown>).value)
  expect(outcomes.some((one) => one !== undefined)).toBe(true)
  const { path, sha256 } = await openUpload(study.config, uploadId)
  expect(await fs.readFile(path, 'utf8')).toBe('abcdef')
  expect(sha256).toBe(createHash('sha256').update('abcdef').digest('hex'))
})

it('is finished by an empty piece where a server died over the last one', async () => {
  const { uploadId } = await begin(3)
  await fs.writeFile(`${study.config.uploadsDir}/${uploadId}/data`, 'abc')
  expect(await state(uploadId)).toMatchObject({ offset: 3, upload: null })
  expect(
    (await appendUpload(study.config, uploadId, { offset: 3, body: [] })).upload,
  ).not.toBeNull()
})

it('is refused where it is too large, and leaves nothing', async () => {
  await expect(begin(33 * 1024 ** 3)).rejects.toMatchObject({ code: 'invalid_input' })
  expect(await fs.readdir(study.config.uploadsDir).catch(() => [])).toEqual([])
})

it('is given up when nobody went on with it for a day', async () => {
  const { uploadId } = await begin(3)
  const hours = (n: number) => Date.now() + n * 3600 * 1000
  expect(await purgeUploads(study.config, hours(23))).toBe(0)
  expect(await purgeUploads(study.config, hours(25))).toBe(1)
  await expect(state(uploadId)).rejects.toMatchObject({ code: 'not_found' })
})

it.each(['../x', '', 'a'.repeat(36)])('never reads a path out of an id: %j', async (id) => {
  await expect(state(id)).rejects.toMatchObject({ code: 'not_found' })
  await expect(send(id, 0, 'x')).rejects.toMatchObject({ code: 'not_found' })
})
