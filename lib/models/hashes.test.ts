import { readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileHash, rememberedHash, sha256File } from './hashes'
import { withFileLock } from './lock'
import { noise, sha256, temporaryFolder } from '@/lib/testing/model-files'

describe('file hashes', () => {
  it('hashes a file as a stream', async () => {
    const content = noise(3_000_000)
    const file = path.join(temporaryFolder(), 'a.bin')
    writeFileSync(file, content)
    expect(await sha256File(file)).toBe(sha256(content))
  })

  it('remembers a hash until size or time change', async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'a.gguf')
    writeFileSync(file, 'one')
    expect(await rememberedHash(folder, file)).toBeNull()
    const first = await fileHash(folder, file)
    expect(await rememberedHash(folder, file)).toBe(first)
    writeFileSync(file, 'two')
    utimesSync(file, new Date(), new Date(Date.now() + 5_000))
    expect(await rememberedHash(folder, file)).toBeNull()
    expect(await fileHash(folder, file)).toBe(sha256(Buffer.from('two')))
  })

  it('does not trust a damaged memory', async () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'a.gguf')
    writeFileSync(file, 'one')
    const first = await fileHash(folder, file)
    const [name = ''] = readdirSync(path.join(folder, 'hashes'))
    const memory = path.join(folder, 'hashes', name)
    expect(JSON.parse(readFileSync(memory, 'utf8'))).toMatchObject({ sha256: first })
    writeFileSync(memory, '{"sha256": 4')
    expect(await fileHash(folder, file)).toBe(first)
  })

  it('says which file is missing', async () => {
    await expect(fileHash(temporaryFolder(), '/nowhere/x.gguf')).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})

describe('the lock', () => {
  it('lets one holder in at a time', async () => {
    const file = path.join(temporaryFolder(), 'lock')
    let inside = 0
    let most = 0
    const work = () =>
      withFileLock(file, async () => {
        inside += 1
        most = Math.max(most, inside)
        await new Promise((resolve) => setTimeout(resolve, 20))
        inside -= 1
      })
    await Promise.all([work(), work(), work()])
    expect(most).toBe(1)
  })

  it('takes over a lock whose process is gone', async () => {
    const file = path.join(temporaryFolder(), 'lock')
    const { hostname } = await import('node:os')
    // Process numbers end far below this one.
    writeFileSync(file, `${hostname()} 99999999`)
    expect(await withFileLock(file, () => Promise.resolve('done'))).toBe('done')
  })

  it('stops waiting when cancelled', async () => {
    const file = path.join(temporaryFolder(), 'lock')
    const controller = new AbortController()
    const waiting = withFileLock(file, async () => {
      const second = withFileLock(file, () => Promise.resolve(1), controller.signal)
      controller.abort()
      await expect(second).rejects.toMatchObject({ code: 'cancelled' })
    })
    await waiting
  })
})
