import fs from 'node:fs/promises'
import path from 'node:path'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { studyEach, type TestStudy } from '@/lib/testing/imports'
import {
  openUpload,
  purgeUploads,
  registerFile,
  removeUpload,
  safeFileName,
  saveUpload,
} from './uploads'

let study: TestStudy
studyEach((one) => (study = one))

async function* chunks(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part)
}

describe('uploads', () => {
  it('are stored under their own id, whatever their name, with their hash', async () => {
    const upload = await saveUpload(study.config, '../../etc/pass\u0000wd.json', chunks('ab', 'c'))
    expect(upload).toMatchObject({ fileName: 'passwd.json', sizeBytes: 3 })
    expect(upload.sha256).toBe(createHash('sha256').update('abc').digest('hex'))
    const opened = await openUpload(study.config, upload.uploadId)
    expect(opened.path.startsWith(study.config.uploadsDir + path.sep)).toBe(true)
    expect(await fs.readFile(opened.path, 'utf8')).toBe('abc')
    await removeUpload(study.config, upload.uploadId)
    await expect(openUpload(study.config, upload.uploadId)).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('leave nothing when the stream breaks or is empty', async () => {
    async function* breaking() {
      yield Buffer.from('half')
      throw new Error('connection lost')
    }
    await expect(saveUpload(study.config, 'a.json', breaking())).rejects.toThrow('connection lost')
    await expect(saveUpload(study.config, 'a.json', chunks())).rejects.toMatchObject({
      code: 'invalid_input',
    })
    expect(await fs.readdir(study.config.uploadsDir)).toEqual([])
  })

  it('never read a path out of an id', async () => {
    for (const id of ['../x', '', '..', 'a'.repeat(36)]) {
      await expect(openUpload(study.config, id)).rejects.toMatchObject({ code: 'not_found' })
    }
  })

  it('may point at a file that stays where it is', async () => {
    const file = path.join(study.config.dataDir, 'seeds.json')
    await fs.writeFile(file, '[]')
    const { uploadId, sha256 } = await registerFile(study.config, file)
    expect(sha256).toBe(createHash('sha256').update('[]').digest('hex'))
    expect(await openUpload(study.config, uploadId)).toMatchObject({
      path: file,
      expect: { sizeBytes: 2 },
    })
    await removeUpload(study.config, uploadId)
    expect(await fs.readFile(file, 'utf8')).toBe('[]')
    await expect(registerFile(study.config, `${file}.gone`)).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('are forgotten after a week', async () => {
    await saveUpload(study.config, 'a.json', chunks('x'))
    expect(await purgeUploads(study.config)).toBe(0)
    expect(await purgeUploads(study.config, Date.now() + 8 * 24 * 3600 * 1000)).toBe(1)
  })

  it('get names that are safe to show', () => {
    expect(safeFileName('C:\\data\\x.json')).toBe('x.json')
    expect(safeFileName('..')).toBe('file')
    expect(safeFileName('dir/')).toBe('file')
  })
})
