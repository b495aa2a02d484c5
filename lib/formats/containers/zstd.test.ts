import { describe, expect, it } from 'vitest'
import { errorOf, rawRows } from '@/lib/testing/formats/collect'

/** Two frames as `zstd` writes them, with checksums: three rows "x", two rows "y". */
const TWO = Buffer.from(
  'KLUv/SQehQAAUHsiYSI6IngifQoBAKULEmYGP9sotS/9JBSFAABQeyJhIjoieSJ9CgEA3QoScfi3Mw==',
  'base64',
)
const VALUES = ['x', 'x', 'x', 'y', 'y'].map((a) => ({ a }))
const valuesOf = async (bytes: Buffer, chunkBytes = 1 << 20) =>
  (await rawRows(bytes, { name: 'a.jsonl.zst', chunkBytes })).map((row) => row.value)

/** A frame without size and checksum: window descriptor, then blocks of one repeated blank. */
function blanks(blocks: number, window = 0x38): Buffer {
  const block = (isLast: boolean) => {
    const bytes = Buffer.alloc(4, ' ')
    bytes.writeUIntLE(((128 << 10) << 3) | (1 << 1) | (isLast ? 1 : 0), 0, 3)
    return bytes
  }
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, window])
  const body = Array.from({ length: blocks }, (_, i) => block(i === blocks - 1))
  return Buffer.concat([head, ...body])
}

describe('zstd', () => {
  it('is read by its first bytes, frame after frame, however it arrives', async () => {
    expect(await valuesOf(TWO)).toEqual(VALUES)
    for (const size of [1, 2, 7, 30]) expect(await valuesOf(TWO, size)).toEqual(VALUES)
    const notes: string[] = []
    await rawRows(TWO, { name: 'rows', onNote: (note) => notes.push(note) })
    expect(notes).toEqual([expect.stringContaining('Unpacked from zstd')])
  })

  it('may hold frames without data', async () => {
    const skipped = Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
    expect(await valuesOf(Buffer.concat([skipped, TWO, skipped]))).toEqual(VALUES)
  })

  it('is refused wherever it is cut off, and where any bit of it is another', async () => {
    for (let end = 5; end < TWO.length; end++) {
      if (end === 29) continue
      expect((await errorOf(TWO.subarray(0, end))).reason, `${end}`).toBe('bad_zstd')
    }
    for (let bit = 32; bit < TWO.length * 8; bit++) {
      const bytes = Buffer.from(TWO)
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7))
      // Some bits say nothing: the text must then be the same.
      const read = await valuesOf(bytes).catch(() => 'refused')
      expect(read === 'refused' || JSON.stringify(read) === JSON.stringify(VALUES), `${bit}`).toBe(
        true,
      )
    }
  })

  it('never takes more memory or room than is allowed', async () => {
    expect((await errorOf(blanks(1, 0xa8))).message).toMatch(/window of more than 128 MiB/)
    const rows = Buffer.concat([TWO, blanks(300)])
    expect(await errorOf(rows, { name: 'a.jsonl.zst', maxRowBytes: 1 << 30 })).toMatchObject({
      reason: 'unpack_limit',
    })
    const dictionary = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x38, 0x05, 1, 0, 0])
    expect((await errorOf(dictionary)).message).toMatch(/needs a dictionary/)
  })
})
