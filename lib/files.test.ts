import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readNamed, readNamedSync, streamNamed } from './files'

let folder = ''
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evolens-files-'))
  execFileSync('mkfifo', [path.join(folder, 'pipe')])
  fs.symlinkSync('/dev/zero', path.join(folder, 'link'))
  fs.writeFileSync(path.join(folder, 'large'), Buffer.alloc(11))
  fs.writeFileSync(path.join(folder, 'empty'), '')
  fs.writeFileSync(path.join(folder, 'exact'), '0123456789')
  fs.symlinkSync('exact', path.join(folder, 'linked'))
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const named = { what: 'The list', maxBytes: 10 }

/** Reads both ways; each must say the same. */
async function read(file: string): Promise<string> {
  const wait = () => readNamed(file, named).then((bytes) => bytes.toString(), String)
  const now = () => {
    try {
      return readNamedSync(file, named).toString()
    } catch (error) {
      return String(error)
    }
  }
  const found = await wait()
  expect(now()).toBe(found)
  return found
}

describe('a file that somebody named', () => {
  it.each([
    ['a device without an end', '/dev/zero', 'zero cannot be used: it is a device'],
    ['a link to one', 'link', 'link cannot be used: it is a device'],
    ['a pipe that nobody writes to', 'pipe', 'it is a named pipe'],
    ['a folder', '.', 'it is a folder'],
    ['a file that the system makes up', '/proc/self/maps', 'it is empty'],
    ['an empty file', 'empty', 'it is empty'],
    ['a file one byte too large', 'large', 'it is larger than'],
    ['a file that is not there', 'nowhere', 'it cannot be read (ENOENT)'],
    ['a name with a zero byte', 'a\0b', 'it cannot be read'],
  ])('is refused when it is %s', async (_, file, why) => {
    const text = await read(path.resolve(folder, file))
    expect(text).toContain(why)
    expect(text).not.toContain(folder)
  })

  it('is read up to the limit, through links', async () => {
    expect(await read(path.join(folder, 'exact'))).toBe('0123456789')
    expect(await read(path.join(folder, 'linked'))).toBe('0123456789')
  })

  it('is not read on when it grows past the limit meanwhile', async () => {
    const file = path.join(folder, 'growing')
    fs.writeFileSync(file, '12345')
    const chunks = streamNamed(file, named)
    expect((await chunks.next()).value?.toString()).toBe('12345')
    fs.appendFileSync(file, '6789012345')
    await expect(chunks.next()).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
