import { mkdtemp, rm, writeFile, appendFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorOf, rawRows } from '@/lib/testing/formats/collect'
import { openRows } from './open-rows'
import { stampOf } from './source'

const TEXT = '[{"a":"é漢🙂"},{"b":"x"}]'
const utf16le = (text: string) =>
  Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
const utf16be = (text: string) => utf16le(text).swap16()

describe('encodings', () => {
  it('removes a UTF-8 byte-order mark and counts offsets with it', async () => {
    const notes: string[] = []
    const bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(TEXT)])
    const rows = await rawRows(bytes, { onNote: (note) => notes.push(note) })
    expect(rows.map((r) => r.byteOffset)).toEqual([4, 4 + Buffer.byteLength('{"a":"é漢🙂"},')])
    expect(notes).toEqual([expect.stringContaining('byte-order mark')])
  })

  it.each([
    ['UTF-16LE', utf16le],
    ['UTF-16BE', utf16be],
  ])('decodes %s with a byte-order mark; offsets are those of the file', async (_, encode) => {
    const bytes = encode(TEXT)
    const whole = await rawRows(bytes)
    expect(whole.map((r) => r.value)).toEqual([{ a: 'é漢🙂' }, { b: 'x' }])
    expect(whole.map((r) => r.byteOffset)).toEqual([2 + 2, 2 + 2 * '[{"a":"é漢🙂"},'.length])
    for (let chunkBytes = 1; chunkBytes < bytes.length; chunkBytes++) {
      expect(await rawRows(bytes, { chunkBytes })).toEqual(whole)
    }
    const broken = encode('[{"a":"é🙂","b":1e999}]')
    const error = await errorOf(broken)
    expect(error.byteOffset).toBe(2 + 2 * '[{"a":"é🙂","b":'.length)
  })

  it('refuses UTF-16 with half a surrogate pair', async () => {
    const bytes = utf16le('[{"a":"x"}]')
    bytes.writeUInt16LE(0xd83d, 2 + 2 * 7)
    expect(await errorOf(bytes)).toMatchObject({ reason: 'invalid_encoding', byteOffset: 16 })
  })

  it('asks when UTF-16 or UTF-32 has no mark, and reads it when told', async () => {
    const bytes = Buffer.from(TEXT, 'utf16le')
    const error = await errorOf(bytes)
    expect(error).toMatchObject({ reason: 'undeclared_encoding', byteOffset: 0 })
    expect(error.message).toContain('looks like UTF-16')
    const rows = await rawRows(bytes, { encoding: 'utf-16le' })
    expect(rows[1]).toMatchObject({ value: { b: 'x' }, byteOffset: 2 * '[{"a":"é漢🙂"},'.length })
    const wide = Buffer.from([0x5b, 0, 0, 0, 0x5d, 0, 0, 0])
    expect((await errorOf(wide)).message).toContain('UTF-32')
    expect((await errorOf(Buffer.from([0xff, 0xfe, 0, 0, 0x5b, 0, 0, 0]))).message).toContain(
      'UTF-32',
    )
  })

  it.each([1, 3, 1000])('names the byte of invalid UTF-8 (chunks of %i)', async (chunkBytes) => {
    const bytes = Buffer.from('[{"a":"é"},{"a":"xx?y"}]')
    const at = bytes.indexOf('?')
    bytes[at] = 0xff
    expect(await errorOf(bytes, { chunkBytes })).toMatchObject({
      reason: 'invalid_utf8',
      row: 2,
      byteOffset: at,
    })
  })

  it('notices a character cut by the end of the file', async () => {
    const bytes = Buffer.from('{"a":"1"}\n{"a":"é').subarray(0, -1)
    expect(await errorOf(bytes)).toMatchObject({
      reason: 'invalid_utf8',
      byteOffset: bytes.length - 1,
    })
  })

  it('reads GB18030 and Windows-1252 when told, with offsets of the file', async () => {
    // "中" = D6 D0; a four-byte character 81 30 81 30 = U+0080.
    const gb = Buffer.concat([
      Buffer.from('{"a":"'),
      Buffer.from([0xd6, 0xd0, 0x81, 0x30, 0x81, 0x30]),
      Buffer.from('"}\n{"b":1}'),
    ])
    const rows = await rawRows(gb, { encoding: 'gb18030' })
    expect(rows.map((r) => [r.value, r.byteOffset])).toEqual([
      [{ a: '中\u0080' }, 0],
      [{ b: 1 }, gb.indexOf('{"b"')],
    ])
    const western = Buffer.from('{"a":"caf\xe9 \x80"}\n{"b":1}', 'latin1')
    const second = await rawRows(western, { encoding: 'windows-1252' })
    expect(second.map((r) => [r.value, r.byteOffset])).toEqual([
      [{ a: 'café €' }, 0],
      [{ b: 1 }, western.indexOf('{"b"')],
    ])
    const hole = Buffer.from('{"a":"\x81"}', 'latin1')
    expect(await errorOf(hole, { encoding: 'windows-1252' })).toMatchObject({
      reason: 'invalid_encoding',
      byteOffset: 6,
    })
    expect(await errorOf(western, { encoding: 'gb18030' })).toMatchObject({
      reason: 'invalid_encoding',
    })
  })
})

describe('packed and binary files', () => {
  it('unpacks gzip by its magic bytes', async () => {
    const notes: string[] = []
    const rows = await rawRows(gzipSync(TEXT), {
      chunkBytes: 7,
      onNote: (note) => notes.push(note),
    })
    expect(rows.map((r) => r.value)).toEqual([{ a: 'é漢🙂' }, { b: 'x' }])
    expect(notes[0]).toContain('gzip')
  })

  it('refuses damaged and cut gzip', async () => {
    const packed = gzipSync(TEXT)
    expect(await errorOf(packed.subarray(0, -12))).toMatchObject({ reason: 'bad_gzip' })
    packed[14] = (packed[14] ?? 0) ^ 0xff
    expect(await errorOf(packed)).toMatchObject({ reason: 'bad_gzip' })
  })

  it('stops at a decompression bomb and at the size limit', async () => {
    const bomb = gzipSync(`[{"a":"${' '.repeat(40 << 20)}"}]`)
    expect(await errorOf(bomb, { maxRowBytes: 1 << 30 })).toMatchObject({ reason: 'unpack_limit' })
    const small = gzipSync(`[{"a":"${'x'.repeat(1000)}"}]`)
    expect(await errorOf(small, { maxUnpackedBytes: 500 })).toMatchObject({
      reason: 'unpack_limit',
    })
  })

  it.each([
    ['zip', Buffer.from('PK\u0003\u0004rest of it')],
    ['packed_parquet', gzipSync(Buffer.from('PAR1\u0015\u0004'))],
    ['packed_twice', gzipSync(gzipSync('[]'))],
    ['excel', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])],
    ['faiss', Buffer.from('IxFI\u0000\u0003\u0000\u0000')],
  ])('refuses %s with a reason', async (reason, bytes) => {
    expect(await errorOf(bytes)).toMatchObject({ reason })
  })
})

describe('files on disk', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'evolens-formats-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('reads by path and reports the bytes as they are', async () => {
    const path = join(folder, 'a.json')
    await writeFile(path, TEXT)
    const seen: Buffer[] = []
    const { batches, container } = await openRows(
      { path },
      { onBytes: (b) => seen.push(Buffer.from(b)) },
    )
    const rows = []
    for await (const batch of batches) rows.push(...batch)
    expect(rows).toHaveLength(2)
    expect(container).toMatchObject({ kind: 'json-array', encoding: 'utf-8', compression: 'none' })
    expect(Buffer.concat(seen).toString()).toBe(TEXT)
  })

  it('refuses a file that changed since it was inspected or while it is read', async () => {
    const path = join(folder, 'b.jsonl')
    await writeFile(path, '{"a":1}\n'.repeat(10))
    const expected = await stampOf({ path })
    await appendFile(path, '{"a":2}\n')
    await expect(openRows({ path }, expected ? { expect: expected } : {})).rejects.toMatchObject({
      reason: 'changed',
    })
    // Larger than what is read ahead.
    await writeFile(path, `{"a":"${'x'.repeat(200)}"}\n`.repeat(20_000))
    const { batches } = await openRows({ path })
    const drain = async () => {
      let isFirst = true
      for await (const batch of batches) {
        if (isFirst && batch.length > 0) await appendFile(path, '{"a":3}\n')
        isFirst = false
      }
    }
    await expect(drain()).rejects.toMatchObject({ reason: 'changed' })
  })

  it('names a file that cannot be opened', async () => {
    await expect(openRows({ path: join(folder, 'none.json') })).rejects.toMatchObject({
      reason: 'unreadable',
      file: 'none.json',
    })
  })

  it('stops at an aborted signal', async () => {
    const path = join(folder, 'c.jsonl')
    await writeFile(path, '{"a":1}\n')
    await expect(openRows({ path }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    })
  })
})
