import fc from 'fast-check'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { SchemaElement } from 'hyparquet'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { canonicalRows, errorOf, rawRows } from '@/lib/testing/formats/collect'
import { plainRow } from '@/lib/testing/formats/made'
import { parquetOf } from '@/lib/testing/formats/parquet-file'
import { prepared, written } from '@/lib/testing/formats/written'
import { FormatError } from '../format-error'

const name = 'x.parquet'
const values = async (bytes: Uint8Array) => (await rawRows(bytes, { name })).map((row) => row.value)

/** Returns a file with one column of a kind that the product does not write. */
function fileOf(element: Partial<SchemaElement>, data: unknown[], gzip = false): Buffer {
  const writer = new ByteWriter()
  const schema = [
    { name: 'schema', num_children: 2 },
    {
      name: 'instruction',
      type: 'BYTE_ARRAY',
      converted_type: 'UTF8',
      repetition_type: 'OPTIONAL',
    },
    { name: 'x', repetition_type: 'OPTIONAL', ...element },
  ] as SchemaElement[]
  const file = new ParquetWriter({
    writer,
    schema,
    statistics: false,
    ...(gzip
      ? { codec: 'GZIP', compressors: { GZIP: (page) => new Uint8Array(gzipSync(page)) } }
      : {}),
  })
  void file.write({
    columnData: [
      { name: 'instruction', data: data.map(() => 'i') },
      { name: 'x', data },
    ],
  })
  void file.finish()
  return Buffer.from(writer.getBytes())
}

describe('Parquet is read as JSON lines of the same rows', () => {
  it.each([
    [
      'texts',
      '[{"instruction":"\\ufeffa\\u2028\\u0000🙂漢","output":""},{"instruction":"b","output":null}]',
    ],
    [
      'chats',
      '[{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}],"tags":["x"]},{"conversations":[{"from":"human","value":"r"}],"tags":[]}]',
    ],
    [
      'null beside empty',
      '[{"instruction":"a","l":null,"s":{"a":null,"b":[1]}},{"instruction":"b","l":[],"s":null},{"instruction":"c","l":[null,"x"],"s":{"a":"t","b":null}}]',
    ],
    [
      'lists of lists',
      '[{"instruction":"a","l":[[1,2],[],null,[null]]},{"instruction":"b","l":[[3]]}]',
    ],
    [
      'integers beyond 2^53',
      '[{"instruction":"a","id":9007199254740993},{"instruction":"b","id":-9223372036854775808}]',
    ],
    [
      'integers beyond 64 bits',
      '[{"instruction":"a","id":92233720368547758089},{"instruction":"b","id":1}]',
    ],
    [
      'truth values',
      '[{"instruction":"a","b":true},{"instruction":"b","b":null},{"instruction":"c","b":false}]',
    ],
    [
      'values of several types',
      '[{"instruction":"a","x":1},{"instruction":"b","x":"1"},{"instruction":"c","x":[{"y":{}}]}]',
    ],
    [
      'structs with other keys',
      '[{"instruction":"a","x":{"p":1}},{"instruction":"b","x":{"q":1.50}}]',
    ],
    ['digits that a double rounds', '[{"instruction":"a","x":0.12345678901234567890}]'],
    [
      'odd keys',
      '[{"instruction":"a","__proto__":"p","1":"one","a.b":{"c.d":1,"__proto__":2},"":"e"}]',
    ],
  ])('%s come back to the letter', async (_, text) => {
    expect(await canonicalRows(await parquetOf(text), name)).toEqual(await canonicalRows(text))
  })

  it('keeps the value of fractions, and says what it cannot keep', async () => {
    const text = '[{"instruction":"a","x":1e-07,"y":-0.5},{"instruction":"b","x":2}]'
    const rows = await values(await parquetOf(text))
    expect(rows).toEqual([
      { instruction: 'a', x: 1e-7, y: -0.5 },
      { instruction: 'b', x: 2, y: null },
    ])
    const item = (x: unknown) => ({
      row: {
        ...plainRow(0, { instruction: 'a' }),
        extra: { x } as never,
        keys: ['instruction', 'x'],
      },
      mapping: null,
    })
    const other = { row: plainRow(1, { instruction: 'b' }), mapping: null }
    const { warnings } = await prepared('parquet', [item(1), item('1'), other])
    expect(warnings).toMatchObject([
      { rule: 'parquet_absent', rows: 2, examples: ['"x"', '"input"', '"output"'] },
      { rule: 'parquet_json', examples: ['"x"'], at: [2] },
    ])
  })

  it('writes metrics as doubles, null with the reason beside it where there is none', async () => {
    const metrics = (value: number | null) => [
      { key: 'score', value, status: value === null ? ('unparsed' as const) : ('ok' as const) },
    ]
    const rows = [90, null].map((value, i) => ({
      row: plainRow(i, { instruction: 'a', output: 'b' }),
      mapping: null,
      lineage: [{ key: 'round', value: i }],
      metrics: metrics(value),
    }))
    const read = await rawRows(await written('parquet', rows), { name })
    expect(read.map(({ value }) => value)).toMatchObject([
      { round: 0, score: 90, score_status: 'ok' },
      { round: 1, score: null, score_status: 'unparsed' },
    ])
    expect(read[0]?.literals).toEqual({ '/score': '90.0' })
  })

  it.each([
    ['DATE', { type: 'INT32', converted_type: 'DATE' }, [19_757, null], '2024-02-04'],
    [
      'microseconds',
      { type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
      [-1n],
      '1969-12-31T23:59:59.999999Z',
    ],
    [
      'local time',
      { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'NANOS' } },
      [1n],
      '1970-01-01T00:00:00.000000001',
    ],
    [
      'UINT_64',
      { type: 'INT64', converted_type: 'UINT_64' },
      [2n ** 64n - 1n],
      '18446744073709551615',
    ],
  ] as const)('reads %s', async (_, element, data, wanted) => {
    const [row] = await values(fileOf(element as Partial<SchemaElement>, [...data]))
    expect(row).toMatchObject({ x: wanted })
  })

  it('reads decimals with all their digits', async () => {
    const element = { type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale: 4 } as const
    const [row] = await rawRows(fileOf(element, [-123456789012345678n]), { name })
    expect(row?.literals).toEqual({ '/x': '-12345678901234.5678' })
  })

  it.each([
    ['binary data', { type: 'BYTE_ARRAY' }, [new Uint8Array([1])]],
    ['values of type TIME_MILLIS', { type: 'INT32', converted_type: 'TIME_MILLIS' }, [1]],
  ] as const)('refuses %s and names the column', async (what, element, data) => {
    const error = await errorOf(fileOf(element as Partial<SchemaElement>, [...data]), { name })
    expect(error).toMatchObject({ reason: 'column_type', row: null })
    expect(error.message).toContain(`Column "x" holds ${what}`)
  })

  it('does not take bytes that are no UTF-8 for text', async () => {
    const bytes = await parquetOf('[{"instruction":"aQQb","output":"x"}]')
    bytes[bytes.indexOf('QQ')] = 0xff
    expect((await errorOf(bytes, { name })).message).toContain('not UTF-8')
  })
})

describe('hostile Parquet files', () => {
  const whole = () =>
    parquetOf(
      JSON.stringify(
        Array.from({ length: 40 }, (_, i) => ({
          instruction: `text ${i % 7}`,
          output: i % 3 ? 'o'.repeat(i) : null,
          chat: [{ from: 'human', value: `v${i}` }],
          n: i,
          d: i / 3,
          b: i % 2 === 0,
        })),
      ),
    )

  it('refuses a footer that is longer than the file, encrypted or missing', async () => {
    const bytes = await whole()
    const lying = Buffer.from(bytes)
    lying.writeUInt32LE(0x7fffffff, bytes.length - 8)
    expect((await errorOf(lying, { name })).message).toContain('longer than the file')
    const encrypted = Buffer.from(bytes)
    encrypted.write('PARE', bytes.length - 4)
    expect((await errorOf(encrypted, { name })).message).toContain('encrypted')
    expect((await errorOf(bytes.subarray(0, 200), { name })).message).toContain('cut off')
  })

  it('refuses lists and nesting that the footer has no bytes for', async () => {
    const footer = (bytes: number[]) => {
      const tail = Buffer.alloc(8)
      tail.writeUInt32LE(bytes.length)
      tail.write('PAR1', 4)
      return Buffer.concat([Buffer.from('PAR1'), Buffer.from(bytes), tail])
    }
    const long = footer([0x29, 0xfc, 0xff, 0xff, 0xff, 0x07])
    expect((await errorOf(long, { name })).message).toContain('longer than the bytes')
    const deep = footer([0x29, ...Array.from({ length: 5_000 }, () => 0x19)])
    expect((await errorOf(deep, { name })).message).toContain('too deep')
  })

  it('refuses a page that unpacks beyond what it states', async () => {
    const bytes = fileOf(
      { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      ['x'.repeat(1 << 20)],
      true,
    )
    expect(bytes.length).toBeLessThan(10_000)
    expect(await rawRows(bytes, { name })).toHaveLength(1)
    // The size that the page header states, one million, as a small number in as many bytes.
    const stated = bytes.lastIndexOf(Buffer.from([0x15, 0x8c, 0x80, 0x80, 0x01]))
    expect(stated).toBeGreaterThan(0)
    bytes.set([0x15, 0x8c, 0x80, 0x80, 0x00], stated)
    expect((await errorOf(bytes, { name })).message).toContain('contradict each other')
  })

  it('gives rows or a plain error for mutated files, never anything else', async () => {
    const bytes = await whole()
    const wanted = await values(bytes)
    const mutation = fc.array(
      fc.tuple(fc.nat(bytes.length - 1), fc.nat(255), fc.constantFrom('set', 'flip', 'cut')),
      { minLength: 1, maxLength: 4 },
    )
    let refused = 0
    await fc.assert(
      fc.asyncProperty(mutation, async (changes) => {
        let mutant = Buffer.from(bytes)
        for (const [at, byte, kind] of changes) {
          if (kind === 'cut')
            mutant = Buffer.concat([mutant.subarray(0, at), mutant.subarray(at + 3)])
          else if (at < mutant.length)
            mutant[at] = kind === 'set' ? byte : (mutant[at] as number) ^ 1
        }
        const error = await values(mutant).then(
          () => null,
          (reason: unknown) => reason,
        )
        if (error !== null) refused++
        expect(error === null || error instanceof FormatError).toBe(true)
      }),
      { numRuns: 300, seed: 20_260_901 },
    )
    expect(refused).toBeGreaterThan(100)
    expect(await values(bytes)).toEqual(wanted)
  })
})
