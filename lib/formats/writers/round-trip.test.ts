import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspectSource } from '../read'
import { packRow, unpackRow } from '../stored-row'
import { canonicalRows } from '@/lib/testing/formats/collect'
import type { CanonicalRow, ColumnMapping } from '../types'
import type { ExportRow } from './export-row'
import { WRITERS } from './index'
import { written, writtenText } from '@/lib/testing/formats/written'
import { bytesSource, plainRow } from '@/lib/testing/formats/made'

/** Reads, stores, restores and writes a text. */
async function roundTrip(text: string, kind: 'json' | 'indented' | 'jsonl'): Promise<string> {
  const { detection } = await inspectSource(bytesSource('x.json', text))
  const { mapping } = detection
  const items = (await canonicalRows(text)).map((row) => exported(stored(row, mapping), mapping))
  return writtenText(kind === 'jsonl' ? kind : 'json', items, { indent: kind === 'indented' })
}

function stored(row: CanonicalRow, mapping: ColumnMapping): CanonicalRow {
  const { output, keys, index } = row
  return unpackRow(packRow(row, mapping), { index, output, keys, mapping })
}

function exported(row: CanonicalRow, mapping: ColumnMapping | null): ExportRow {
  return { row, mapping }
}

describe('import(export(x)) = x', () => {
  it.each([
    '[{"instruction":"a","input":null,"output":null},{"instruction":"a","output":""},{"output":"o","instruction":"i","input":""}]',
    '[{"id":9007199254740993,"instruction":"a","output":"b","z":-0,"y":1e-7,"x":0.12345678901234567890,"n":12}]',
    '[{"instruction":"a","output":"b","score":1.0,"x":[1.50,{"y":1E5,"z":-0.0}],"t":1e-07,"u":100,"v":0.5,"w":2.0e0}]',
    '[{"__proto__":{"a":1},"constructor":"c","instruction":"\\u0000\\r\\n\u2028🙂漢","output":"b"}]',
    '[{"b":1,"1":{"2":[{"x":[]}]},"instruction":"a","output":"b","e":{}}]',
    '[{"instruction":"a","output":"b","history":[["q","r"]],"system":"","tools":[{"name":"t","id":12345678901234567890}]},{"instruction":"a","output":"b","history":null,"system":null}]',
    '[{"system":"outer","conversations":[{"from":"system","value":"inner"},{"from":"human","value":"q","weight":12345678901234567890},{"from":"gpt","value":"a"}],"k":1}]',
    '[{"system":"outer","conversations":[{"from":"human","value":"q"}]},{"conversations":[{"from":"human","value":"q"}],"system":null}]',
    '[{"id":"s1","messages":[{"role":"user","content":[{"type":"text","text":"a"}]},{"role":"assistant","content":null,"tool_calls":[]}]}]',
    '[{"instruction":"s","evolved_instruction":"e","answer":"a"},{"evolved_instruction":"e","instruction":null,"answer":null}]',
    '[{"conversation":[{"speaker":"User","text":"q","loss_weight":0.5},{"speaker":"chatgpt","text":"a"}],"kto_tag":false}]',
    '[{"data":["q","a"],"id":"1"},{"id":"2","data":["q","a","r"]}]',
    '[{"messages":[{"role":"user","content":[{"type":"text","value":"a"},{"type":"image","value":"1.jpg"}]},{"from":"gpt","value":"b"}],"images":["1.jpg"]}]',
    '[{"prompt":"q","chosen":"good","rejected":"bad","label":false}]',
    '[{"instruction":"q","responses":["a","b"],"scores":[12345678901234567890,2]}]',
    '[{"prompt":"a","completion":"b","id":"007"},{"completion":"b","prompt":"c","id":7},{"prompt":"c","id":null},{"prompt":"c","id":true}]',
  ])('restores the text itself: %s', async (text) => {
    expect(await roundTrip(text, 'json')).toBe(`${text}\n`)
    for (const kind of ['indented', 'jsonl'] as const) {
      const again = await roundTrip(text, kind)
      expect(await canonicalRows(again)).toEqual(await canonicalRows(text))
    }
  })

  it('writes NaN as null, since JSON has no word for it', async () => {
    expect(
      await roundTrip('[{"instruction":"a","output":"b","x":NaN,"y":[-Infinity]}]', 'json'),
    ).toBe('[{"instruction":"a","output":"b","x":null,"y":[null]}]\n')
  })

  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '\u2028', '\r\n', '🙂', '漢字', '"\\', '=1+1', '\0', '\u0085'),
  )
  const key = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', '1', 'a/b~c'))
  const leaf = fc.oneof(
    text,
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )
  const extra = fc.array(
    fc.tuple(key, fc.oneof(leaf, fc.array(leaf), fc.array(fc.tuple(key, leaf)).map(asObject))),
    {
      maxLength: 4,
    },
  )
  const nullable = fc.option(text, { nil: null })
  const row = fc
    .tuple(
      text,
      fc.option(nullable, { nil: undefined }),
      fc.option(nullable, { nil: undefined }),
      extra,
    )
    .map(([instruction, input, output, more]) =>
      asObject([
        ...more,
        ['instruction', instruction],
        ...(input === undefined ? [] : ([['input', input]] as [string, unknown][])),
        ...(output === undefined ? [] : ([['output', output]] as [string, unknown][])),
      ]),
    )

  it('holds for generated rows in JSON and JSONL', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
        // One row with all keys settles the detection.
        const all = [{ instruction: 'a', input: '', output: 'b' }, ...rows]
        const source = JSON.stringify(all)
        const before = await canonicalRows(source)
        for (const kind of ['json', 'indented', 'jsonl'] as const) {
          const again = await roundTrip(source, kind)
          expect(await canonicalRows(again)).toEqual(before)
        }
      }),
      { numRuns: 60 },
    )
  })
})

/** Rows that every format can hold: all columns in every row, one type a column, no text that a table takes for null. */
const HELD_BY_ALL = fc
  .array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ minLength: 1 }), fc.string()), {
    minLength: 1,
    maxLength: 8,
  })
  .map((rows) =>
    rows.map(([instruction, output, note]) => ({ instruction, input: 'i', output, note })),
  )

describe('import(export(x)) = x in every format with a reader', () => {
  // Archives are unpacked before they are read: archive.test.ts reads one back.
  // Chats for training have one shape whatever the source had: openai-chat.test.ts reads them back.
  const read = WRITERS.filter(({ id, extension }) => extension !== 'zip' && id !== 'openai-chat')

  it.each(read.map(({ id, extension }) => [id, extension]))('%s', async (id, extension) => {
    await fc.assert(
      fc.asyncProperty(HELD_BY_ALL, async (rows) => {
        const text = JSON.stringify(rows)
        const before = await canonicalRows(text)
        const { mapping } = (await inspectSource(bytesSource('x.json', text))).detection
        const bytes = await written(
          id,
          before.map((row) => exported(row, mapping)),
        )
        expect(await canonicalRows(bytes, `x.${extension}`)).toEqual(before)
      }),
      { numRuns: 25 },
    )
  })
})

function asObject(entries: [string, unknown][]): Record<string, unknown> {
  return Object.fromEntries(entries)
}

describe('added columns', () => {
  const row = plainRow(0, { instruction: '=a "q"', input: '', output: null })
  const item: ExportRow = {
    row: { ...row, extra: { score: 1 }, keys: [...row.keys, 'score'] },
    mapping: null,
    response: 'generated',
    lineage: [{ key: 'round', value: 2 }],
    metrics: [
      { key: 'score', value: Number.NaN, status: 'nonfinite' },
      { key: 'mnd', value: 0.5, status: 'ok' },
      { key: 'p', value: [0.1, null], status: 'ok' },
      { key: 'ifd', value: null, status: 'no_response' },
    ],
  }

  it('writes missing values as null with their status, and never over the row itself', async () => {
    expect(JSON.parse(await writtenText('jsonl', [item]))).toEqual({
      instruction: '=a "q"',
      input: '',
      output: 'generated',
      score: 1,
      round: 2,
      score_added: null,
      score_status: 'nonfinite',
      mnd: 0.5,
      mnd_status: 'ok',
      p: [0.1, null],
      p_status: 'ok',
      ifd: null,
      ifd_status: 'no_response',
    })
  })

  it('writes CSV with every cell quoted; spreadsheet safety is a choice', async () => {
    const other: ExportRow = {
      row: plainRow(1, { instruction: '-b', output: 'x\r\ny' }),
      mapping: null,
    }
    const rows = [item, other]
    const text = await writtenText('csv', rows)
    expect(text.split('\n')[0]).toBe(
      '"instruction","input","output","score","round","score_added","score_status","mnd","mnd_status","p","p_status","ifd","ifd_status"',
    )
    expect(text).toContain(
      '"=a ""q""","","generated","1","2","","nonfinite","0.5","ok","[0.1,null]","ok","","no_response"\n',
    )
    expect(text).toContain('"-b","","x\r\ny","",""')
    const safe = await writtenText('csv', rows, { spreadsheetSafe: true })
    expect(safe).toContain('"\'=a ""q"""')
    expect(safe).toContain('"\'-b"')
    const [first, second] = await canonicalRows(text, 'x.csv')
    expect([first?.instruction, first?.output, second?.output]).toEqual([
      '=a "q"',
      'generated',
      'x\r\ny',
    ])
  })

  it('writes a byte-order mark, safe headers and numbers as they came, when asked', async () => {
    const text = '[{"instruction":"a","output":"b","=x":1.0,"@y":"\\tc","z":"\\rd","e":1E5,"f":-1}]'
    const mapping = (await inspectSource(bytesSource('x.json', text))).detection.mapping
    const rows = (await canonicalRows(text)).map((row) => exported(stored(row, mapping), mapping))
    const plain = await writtenText('csv', rows)
    expect(plain).toBe(
      '"instruction","output","=x","@y","z","e","f"\n"a","b","1.0","\tc","\rd","1E5","-1"\n',
    )
    expect(await writtenText('csv', rows, { byteOrderMark: true })).toBe(`\ufeff${plain}`)
    expect(await writtenText('csv', rows, { spreadsheetSafe: true })).toBe(
      `"instruction","output","'=x","'@y","z","e","f"\n"a","b","1.0","'\tc","'\rd","1E5","-1"\n`,
    )
    const indented = await writtenText('json', rows, { indent: true })
    expect(indented).toContain('    "=x": 1.0,\n')
  })

  it('indents nested values beside numbers kept as they came', async () => {
    const text = '[{"instruction":"a","output":"b","x":{"y":[1.0,{"z":[]}]}}]'
    const rows = (await canonicalRows(text)).map((row) => exported(row, null))
    expect(await writtenText('json', rows, { indent: true })).toContain(
      '"x": {\n      "y": [\n        1.0,\n        {\n          "z": []\n        }\n      ]\n    }',
    )
  })

  it('puts a generated response into chat rows in their own spelling', async () => {
    const [chat] = await canonicalRows('[{"conversations":[{"from":"human","value":"q"}]}]')
    const { detection } = await inspectSource(
      bytesSource('x', '[{"conversations":[{"from":"human","value":"q"}]}]'),
    )
    const items = [{ row: chat as CanonicalRow, mapping: detection.mapping, response: 'r' }]
    expect(await writtenText('json', items, { indent: false })).toBe(
      '[{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"r"}]}]\n',
    )
  })

  it.each([
    ['[{"data":["q","a"]}]', '[{"data":["q","r"]}]'],
    ['[{"data":["q"]}]', '[{"data":["q","r"]}]'],
    [
      '[{"conversation":[{"speaker":"User","text":"q"}]}]',
      '[{"conversation":[{"speaker":"User","text":"q"},{"speaker":"assistant","text":"r"}]}]',
    ],
    [
      '[{"messages":[{"from":"user","value":"q"},{"role":"bot","content":"a","n":1}]}]',
      '[{"messages":[{"from":"user","value":"q"},{"role":"bot","content":"r","n":1}]}]',
    ],
  ])('puts a generated response into %s', async (text, wanted) => {
    const { detection } = await inspectSource(bytesSource('x', text))
    const [row] = await canonicalRows(text)
    const items = [{ row: row as CanonicalRow, mapping: detection.mapping, response: 'r' }]
    expect(await writtenText('json', items, { indent: false })).toBe(`${wanted}\n`)
  })

  it('leaves a response inside a column where it is, and writes another one beside it', async () => {
    const text = '[{"instruction":"q","responses":["a","b"]}]'
    const { detection } = await inspectSource(bytesSource('x', text))
    const mapping = { ...detection.mapping, output: 'responses[0]' }
    const { preview } = await inspectSource(bytesSource('x', text), {}, { mapping })
    if (!preview[0]?.ok) throw new Error('not read')
    const { row } = preview[0]
    expect(await writtenText('json', [{ row, mapping }], { indent: false })).toBe(`${text}\n`)
    expect(await writtenText('json', [{ row, mapping, response: 'r' }], { indent: false })).toBe(
      '[{"instruction":"q","responses":["a","b"],"output":"r"}]\n',
    )
  })

  it('writes an empty list of rows as an empty array', async () => {
    expect(await writtenText('json', [])).toBe('[]\n')
  })
})
