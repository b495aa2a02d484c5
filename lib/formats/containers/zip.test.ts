import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { zipSync, type Zippable } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isZip, openZip } from './zip'

const LIMITS = { maxUnpackedBytes: 1 << 30 }
/** Host system of Unix in the directory, so that the mode counts. */
const UNIX = 3

let folder: string
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'evolens-zip-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

async function opened(bytes: Uint8Array, limits = LIMITS) {
  const file = path.join(folder, 'set.zip')
  await fs.writeFile(file, bytes)
  expect(await isZip(file)).toBe(true)
  return openZip(file, 'set.zip', limits)
}

async function contents(bytes: Uint8Array): Promise<Record<string, string>> {
  const zip = await opened(bytes)
  const texts: Record<string, string> = {}
  for (const file of zip.files) {
    const parts: Buffer[] = []
    for await (const chunk of zip.unpack(file)) parts.push(chunk)
    texts[file.name] = Buffer.concat(parts).toString()
  }
  zip.close()
  return texts
}

const data = Buffer.from('[{"instruction":"a"}]')
const zipOf = (names: string[]) => {
  const files: Zippable = {}
  for (const name of names) files[name] = data
  return Buffer.from(zipSync(files))
}

/** Returns an archive whose names were overwritten with others of the same length, as a hostile tool would write them. */
function renamed(pairs: [string, string][]): Buffer {
  let bytes = zipOf(pairs.map(([from]) => from))
  for (const [from, to] of pairs) {
    const found = Buffer.from(from)
    for (let at = bytes.indexOf(found); at >= 0; at = bytes.indexOf(found, at + 1)) {
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from(to),
        bytes.subarray(at + found.length),
      ])
    }
  }
  return bytes
}

/** Changes 16 or 32 bits of the first entry of the directory. */
function patched(bytes: Buffer, offset: number, value: number, width: 2 | 4 = 2): Buffer {
  const at = bytes.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'))
  const copy = Buffer.from(bytes)
  if (width === 2) copy.writeUInt16LE(value, at + offset)
  else copy.writeUInt32LE(value, at + offset)
  return copy
}

/** Many directory entries for one body: the well-known bomb of overlapping files. */
function overlapping(count: number): Buffer {
  const one = zipOf(['aaaaaaaa.json'])
  const mark = Buffer.from('PK\u0001\u0002', 'latin1')
  const start = one.indexOf(mark)
  const end = one.indexOf(Buffer.from('PK\u0005\u0006', 'latin1'))
  const entries = Array.from({ length: count }, (_, k) => {
    const entry = Buffer.from(one.subarray(start, end))
    entry.write(String(k).padStart(8, '0'), 46)
    return entry
  })
  const tail = Buffer.from(one.subarray(end))
  tail.writeUInt16LE(count, 8)
  tail.writeUInt16LE(count, 10)
  tail.writeUInt32LE(entries.length * (end - start), 12)
  return Buffer.concat([one.subarray(0, start), ...entries, tail])
}

describe('a zip archive', () => {
  it('gives its files, stored or deflated, under names in any script', async () => {
    const bytes = zipSync({
      'a/b.json': data,
      '数据/c.jsonl': [data, { level: 0 }],
      'empty/': new Uint8Array(),
      'none.csv': new Uint8Array(),
    })
    expect(await contents(bytes)).toEqual({
      'a/b.json': data.toString(),
      '数据/c.jsonl': data.toString(),
      'none.csv': '',
    })
  })

  it('is read where it uses the 64-bit extension', async () => {
    // Written by Python: zipfile with force_zip64 for the one entry.
    const bytes = Buffer.from(ZIP64, 'base64')
    expect(await contents(bytes)).toEqual({ 'a.json': '[{"instruction":"a","output":"b"}]\n' })
  })

  it.each<[string, Buffer, RegExp]>([
    ['entries that overlap', overlapping(300), /"00000001\.json" overlaps/],
    ['a path upwards', renamed([['xx/evil.json', '../evil.json']]), /leads out of its folder/],
    ['a path upwards inside', renamed([['a/xx/e.json', 'a/../e.json']]), /leads out of its folder/],
    ['an absolute path', renamed([['xevil.json', '/evil.json']]), /leads out of its folder/],
    ['a drive', renamed([['xxevil.json', 'C:evil.json']]), /leads out of its folder/],
    ['a backslash', renamed([['axevil.json', 'a\\evil.json']]), /holds a backslash/],
    ['a control character', renamed([['axevil.json', 'a\u001bevil.json']]), /control characters/],
    ['a sign that turns text', zipOf(['a\u202egnp.json']), /control characters/],
    ['an empty part', renamed([['axb/evil.json', 'a//evil.json1'.slice(0, 13)]]), /empty part/],
    ['a long part', zipOf([`${'a'.repeat(300)}.json`]), /more than 255 bytes/],
    ['a long name', zipOf([`${'abcdefghi/'.repeat(101)}a.json`]), /longer than 1000 characters/],
    ['deep folders', zipOf([`${'a/'.repeat(40)}a.json`]), /32 folders deep/],
    [
      'two entries of one name',
      renamed([
        ['one.json', 'two.json'],
        ['two.json', 'two.json'],
      ]),
      /two entries of the name "two\.json"/,
    ],
    ['names that differ by case', zipOf(['Data.json', 'data.JSON']), /differ only by case/],
    ['names that differ by form', zipOf(['caf\u00e9.json', 'cafe\u0301.json']), /Unicode form/],
    ['a file and a folder of one name', zipOf(['x.json', 'x.json/y.json']), /a file and a folder/],
    ['an encrypted entry', patched(zipOf(['a.json']), 8, 1), /is encrypted/],
    ['another method', patched(zipOf(['a.json']), 10, 93), /compressed by method 93/],
    [
      'a link',
      patched(patched(zipOf(['a.json']), 4, (UNIX << 8) | 20), 38, (0o120777 << 16) >>> 0, 4),
      /is a link/,
    ],
    ['too many entries', overlapping(10_001), /more than 10000 files/],
    ['no directory', zipOf(['a.json']).subarray(0, 60), /damaged or cut off/],
    ['a directory without end', patched(zipOf(['a.json']), 28, 60_000), /damaged or cut off/],
  ])('with %s is refused before anything is unpacked', async (_name, bytes, message) => {
    await expect(opened(bytes)).rejects.toMatchObject({
      code: 'data_error',
      message: expect.stringMatching(message),
    })
  })

  it('that unpacks to more than 100 times its size is refused, also where no single entry does', async () => {
    const zeros = Buffer.alloc(3 << 20, 32)
    await expect(opened(zipSync({ 'a.json': zeros }))).rejects.toThrow(
      /shrinks more than 100 times/,
    )
    const files: Zippable = {}
    for (let i = 0; i < 8; i++) files[`${i}.json`] = Buffer.alloc(1 << 20, 32)
    await expect(opened(zipSync(files))).rejects.toThrow(/more than 100 times its size/)
    const limits = { maxUnpackedBytes: 30 }
    await expect(opened(zipOf(['a.json', 'b.json']), limits)).rejects.toThrow(
      /larger than the limit/,
    )
  })

  it('whose data is not what the directory says is refused while it is unpacked', async () => {
    const bytes = Buffer.from(zipSync({ 'a.json': [data, { level: 0 }] }))
    const at = bytes.indexOf('instruction')
    bytes[at] = 0x49
    await expect(contents(bytes)).rejects.toThrow(/byte 0: The data of a\.json is damaged/)
    const short = patched(zipOf(['a.json']), 24, 5, 4)
    await expect(contents(short)).rejects.toThrow(/damaged or cut off/)
  })

  it('never puts what an archive says into an error raw', async () => {
    const error = await opened(renamed([['axevil.json', 'a\u001bevil.json']])).catch((e) => e)
    expect((error as Error).message).not.toMatch(/\p{Cc}/u)
  })
})

const ZIP64 =
  'UEsDBC0AAAAIAAAAIVhf3qwK//////////8GABQAYS5qc29uAQAQACMAAAAAAAAAIwAAAAAAAACLrlbKzCsuKSpNLsnMz1OyUkpU0lHKLy0pKC0BcpKUamO5AFBLAQItAy0AAAAIAAAAIVhf3qwK//////////8GABQAAAAAAAAAAACAAQAAAABhLmpzb24BABAAIwAAAAAAAAAjAAAAAAAAAFBLBgYsAAAAAAAAAC0ALQAAAAAAAAAAAAEAAAAAAAAAAQAAAAAAAABIAAAAAAAAAFsAAAAAAAAAUEsGBwAAAACjAAAAAAAAAAEAAABQSwUGAAAAAP///////////////wAA'
