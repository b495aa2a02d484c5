import { describe, expect, it } from 'vitest'
import { errorOf, rawRows } from '@/lib/testing/formats/collect'

const csv = (text: string | Uint8Array, chunkBytes?: number) =>
  rawRows(text, { name: 'x.csv', ...(chunkBytes ? { chunkBytes } : {}) })

describe('CSV', () => {
  it('keeps every cell as text', async () => {
    const rows = await csv('prompt,answer,n\nNA,null,1e5\n"a ""b""\nc",,2024-01-01\n')
    expect(rows.map((r) => r.value)).toEqual([
      { prompt: 'NA', answer: 'null', n: '1e5' },
      { prompt: 'a "b"\nc', answer: '', n: '2024-01-01' },
    ])
    expect(rows.map((r) => [r.rowNumber, r.line, r.byteOffset])).toEqual([
      [1, 2, 16],
      [2, 3, 28],
    ])
  })

  it.each([',', ';', '\t'])('sniffs the delimiter %j', async (delimiter) => {
    const text = [`"a,;"${delimiter}b`, `1${delimiter}2`].join('\n')
    expect((await csv(text))[0]?.value).toEqual({ 'a,;': '1', b: '2' })
  })

  it.each(['\n', '\r\n', '\r'])('takes %j as line end', async (end) => {
    expect((await csv(['a,b', '1,2', '3,4', ''].join(end))).map((r) => r.value)).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ])
  })

  it('parses chat columns that start with a bracket', async () => {
    const [row] = await csv('id,messages\n7,"[{""role"":""user"",""content"":""hi""}]"\n')
    expect(row?.value).toEqual({ id: '7', messages: [{ role: 'user', content: 'hi' }] })
    expect(await errorOf('id,messages\n7,[{]\n', { name: 'x.csv' })).toMatchObject({
      reason: 'syntax',
      row: 1,
    })
  })

  it('reports rows with a wrong number of cells', async () => {
    const rows = await csv('a,b\n1\n1,2\n1,2,3\n')
    expect(rows.map((r) => r.error?.reason ?? 'ok')).toEqual(['cell_count', 'ok', 'cell_count'])
  })

  it('refuses broken quotes, doubled columns, invalid UTF-8', async () => {
    expect(await errorOf('a,b\n"x,1\n', { name: 'x.csv' })).toMatchObject({
      reason: 'bad_csv',
      row: 1,
      byteOffset: 4,
    })
    expect(await errorOf('a,a\n1,2\n', { name: 'x.csv' })).toMatchObject({
      reason: 'duplicate_column',
    })
    const bytes = Buffer.from('a,b\nx,?\n')
    bytes[6] = 0xe9
    expect(await errorOf(bytes, { name: 'x.csv' })).toMatchObject({
      reason: 'invalid_utf8',
      byteOffset: 6,
    })
    expect(await errorOf('a,b\n', { name: 'x.csv' })).toMatchObject({ reason: 'no_rows' })
  })

  it('takes the delimiter from a first line of Excel, which is no row', async () => {
    const text = 'sep=;\r\ninstruction;output\r\na,b;c\r\nonly one\r\n'
    const rows = await csv(text)
    expect(rows[0]).toMatchObject({
      value: { instruction: 'a,b', output: 'c' },
      rowNumber: 1,
      line: 3,
      byteOffset: text.indexOf('a,b'),
    })
    expect(rows[1]?.error).toMatchObject({ reason: 'cell_count', line: 4 })
    expect((await csv('"sep=\t"\na\tb\n1\t2\n'))[0]?.value).toEqual({ a: '1', b: '2' })
    expect((await csv('sep=|\na|b\n1|2\n'))[0]?.value).toEqual({ a: '1', b: '2' })
    const broken = await errorOf('sep=;\na;b\n1;2\n"x;1\n', { name: 'x.csv' })
    expect(broken).toMatchObject({ reason: 'bad_csv', row: 2, line: 4, byteOffset: 14 })
  })

  it('refuses a table that is too wide or has long names before it looks at the names', async () => {
    const wide = `${'a,'.repeat(150_000)}a\n1\n`
    expect(await errorOf(wide, { name: 'x.csv' })).toMatchObject({ reason: 'too_many_keys' })
    const long = await errorOf(`${'a'.repeat(1_001)},b\n1,2\n`, { name: 'x.csv' })
    expect(long).toMatchObject({ reason: 'key_too_long' })
    expect(long.message.length).toBeLessThan(300)
  })

  it('keeps __proto__ as a column', async () => {
    const [row] = await csv('__proto__,b\n1,2\n')
    expect(Object.keys(row?.value as object)).toEqual(['__proto__', 'b'])
  })

  it('gives the same rows however the bytes are cut', async () => {
    const text = 'a,b\n"é漢🙂","x\ny"\n2,3\n'
    const whole = await csv(text)
    for (let chunkBytes = 1; chunkBytes < Buffer.byteLength(text); chunkBytes++) {
      expect(await csv(text, chunkBytes)).toEqual(whole)
    }
  })
})
