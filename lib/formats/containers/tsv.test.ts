import { describe, expect, it } from 'vitest'
import { errorOf, rawRows } from '@/lib/testing/formats/collect'

const tsv = (text: string | Uint8Array, chunkBytes?: number) =>
  rawRows(text, { name: 'x.tsv', ...(chunkBytes ? { chunkBytes } : {}) })

describe('TSV', () => {
  it('reads a quote inside a cell as text and a cell in quotes as RFC 4180 does', async () => {
    const text = 'a\tb\r\n5" pipe\tsays "no"\r\n"x\ty\r\nz ""q"""\t\r\n\r\nlast\t1'
    const rows = await tsv(text)
    expect(rows.map((row) => row.value)).toEqual([
      { a: '5" pipe', b: 'says "no"' },
      { a: 'x\ty\r\nz "q"', b: '' },
      { a: 'last', b: '1' },
    ])
    expect(rows.map((row) => [row.rowNumber, row.line, row.byteOffset])).toEqual([
      [1, 2, text.indexOf('5"')],
      [2, 3, text.indexOf('"x')],
      [3, 6, text.indexOf('last')],
    ])
  })

  it('loses one row to a quote that does not close, wherever it stands', async () => {
    const rows = await tsv('a\tb\n"open\t1\nfine\t2\n"shut"x\t3\nfine\t"4"\n"end\t5\n')
    expect(rows.map((row) => row.error?.reason ?? row.value)).toEqual([
      'bad_csv',
      { a: 'fine', b: '2' },
      'bad_csv',
      { a: 'fine', b: '4' },
      'bad_csv',
    ])
    expect(rows.map((row) => row.line)).toEqual([2, 3, 4, 5, 6])
    expect(rows[2]?.error?.message).toMatch(/row 3, line 4, byte 19: A quote opens a cell/)
  })

  it('gives the same rows however the bytes are cut', async () => {
    const text = 'a\tb\r\n"é\t漢\r\n🙂"\t"x"\r\n2\t3"\r\n"bad"x\t1\r\n"tail\t1'
    const whole = await tsv(text)
    expect(whole).toHaveLength(4)
    for (let chunkBytes = 1; chunkBytes < Buffer.byteLength(text); chunkBytes++) {
      expect(await tsv(text, chunkBytes)).toEqual(whole)
    }
  })

  it('refuses a broken header, bytes that are not UTF-8 and endless lines', async () => {
    const named = { name: 'x.tsv' }
    expect(await errorOf('"a\tb\n1\t2\n', named)).toMatchObject({ reason: 'bad_csv', row: null })
    expect(await errorOf(Buffer.from('a\tb\nx\t\xe9\n', 'latin1'), named)).toMatchObject({
      reason: 'invalid_utf8',
      byteOffset: 6,
    })
    const long = await errorOf(`a\tb\n${'x'.repeat(500)}\n`, { ...named, maxRowBytes: 100 })
    expect(long).toMatchObject({ reason: 'row_too_large', row: 1, line: 2 })
    expect(await errorOf('a\tb\n', named)).toMatchObject({ reason: 'no_rows' })
  })
})
