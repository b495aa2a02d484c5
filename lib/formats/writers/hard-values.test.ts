import { describe, expect, it } from 'vitest'
import { bundle, imported, OPTIONS } from '@/lib/testing/formats/bundle'
import { canonicalRows } from '@/lib/testing/formats/collect'
import { bytesSource } from '@/lib/testing/formats/made'
import { written } from '@/lib/testing/formats/written'
import { inspectSource } from '../read'
import { packRow, unpackRow } from '../stored-row'
import { writerOf } from '.'

/** Reads JSON, stores and restores the rows, writes them in a format and reads that. */
async function through(id: string, text: string) {
  const { mapping } = (await inspectSource(bytesSource('x.json', text))).detection
  const items = (await canonicalRows(text)).map((row) => {
    const { output, keys, index } = row
    return { row: unpackRow(packRow(row, mapping), { index, output, keys, mapping }), mapping }
  })
  return canonicalRows(await written(id, items), `x.${writerOf(id).extension}`)
}

/** Texts that programs on the way have changed or cut. */
const TEXTS = {
  emoji: '👩‍👩‍👧 🏳️‍🌈 🙂',
  'Chinese, Japanese, Korean': '漢字かな한국어',
  'composed letters': '\u00e9 \u00c5 \ud55c',
  'the same letters taken apart': 'e\u0301 A\u030a \u1112\u1161\u11ab',
  'letters of one width and another': 'ﬁ Ａ １ ㎏',
  'line separators': 'a\u2028b\u2029c\u0085d',
  'line ends': 'a\r\nb\nc\rd\r\n',
  'an end of a line at each end': '\n\r\na\r\n\n',
  'blanks at the ends': ' \t a \t ',
  NUL: 'a\0b',
  'control characters': '\u0001\u001b[31m\u007f',
  'a byte-order mark': '\ufeffa\ufeff',
  'right to left': 'שלום \u202ea\u202c',
  quotes: '"a" ""b"" \'c\' `d`',
  backslashes: String.raw`\ \\ \n \u0041 \"`,
  'signs of tables': 'a,b;c\td|e',
  formulas: '=1+1',
  'words of JSON': 'null',
  'a number': '-0.0',
  'a list': '["a", null]',
  'not available': 'NA',
}

const rowsOf = (text: string) =>
  JSON.stringify([
    { instruction: text, input: text, output: text, note: text },
    { instruction: 'a', input: 'b', output: 'c', note: 'd' },
  ])

describe.each(['json', 'jsonl', 'csv', 'parquet'])('import(export(x)) = x in %s', (id) => {
  it.each(Object.entries(TEXTS))('for %s', async (_name, text) => {
    expect(await through(id, rowsOf(text))).toEqual(await canonicalRows(rowsOf(text)))
  })

  it('for keys of every kind, in their order', async () => {
    const keys = ['z', '__proto__', 'constructor', '10', '2', 'a.b', 'a/b~c', 'k\u00e9', 'ke\u0301']
    const cells = [...keys, '漢🙂', 'a "b"', 'x\u2028y', 'l'.repeat(900)].map(
      (key) => `${JSON.stringify(key)}:"v"`,
    )
    const text = `[{${cells.join(',')},"instruction":"a","output":"b"}]`
    const [row] = await through(id, text)
    const [wanted] = await canonicalRows(text)
    expect(row).toEqual(wanted)
    expect(row?.keys).toEqual(wanted?.keys)
  })

  it('for chats and history', async () => {
    for (const text of [
      '[{"instruction":"a","output":"b","history":[["q","r\\n\u2028"],["","🙂"]],"system":"s"}]',
      '[{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a\\r\\n"},{"from":"human","value":""}]}]',
      '[{"messages":[{"role":"system","content":"s"},{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}]',
    ]) {
      expect(await through(id, text)).toEqual(await canonicalRows(text))
    }
  })

  it('for a row of 10 MB', async () => {
    const text = rowsOf('x\u2028漢"\n'.repeat(300_000))
    expect(Buffer.byteLength(text)).toBeGreaterThan(10e6)
    expect(await through(id, text)).toEqual(await canonicalRows(text))
  })
})

const NUMBERS = ['0', '-0', '7', '1e-7', '1.0', '1E5', '0.1', '-1.5e300', '9007199254740993']
const LONG = ['123456789012345678901234567890', '0.12345678901234567890123']

describe('null, "" and numbers', () => {
  const gaps =
    '[{"instruction":"","input":null,"output":"","note":null},{"instruction":"a","input":"","output":null,"note":""}]'

  it.each(['json', 'jsonl', 'parquet'])('are kept apart in %s', async (id) => {
    expect(await through(id, gaps)).toEqual(await canonicalRows(gaps))
  })

  it('are one empty cell in CSV', async () => {
    expect(await through('csv', gaps)).toEqual(await canonicalRows(gaps.replaceAll('null', '""')))
  })

  const row = (one: string) =>
    `[{"instruction":"a","output":"b","n":${one},"in":[${one},{"k":${one}}]}]`

  it.each(['json', 'jsonl'])('keep every digit and spelling in %s', async (id) => {
    for (const one of [...NUMBERS, ...LONG]) {
      expect(await through(id, row(one))).toEqual(await canonicalRows(row(one)))
    }
  })

  it('keep their value in Parquet, where they fit into its numbers, and every digit where they do not', async () => {
    const digitsOf = async (one: string) => {
      const [back] = await through('parquet', row(one))
      return back?.literals?.['/n'] ?? String(back?.extra?.['n'])
    }
    for (const one of NUMBERS) {
      expect([one, Object.is(Number(await digitsOf(one)), Number(one))]).toEqual([one, true])
    }
    for (const one of ['9007199254740993', ...LONG]) expect(await digitsOf(one)).toBe(one)
  })

  it('are their text in CSV', async () => {
    for (const one of [...NUMBERS, ...LONG]) {
      const [back] = await through('csv', `[{"instruction":"a","output":"b","n":${one}}]`)
      expect(back?.extra).toEqual({ n: one })
    }
  })
})

describe('a bundle for LLaMA-Factory', () => {
  // What training would leave out or read as another role is refused before: every text says something here.
  const texts = Object.values(TEXTS).map((text) => `a${text}b`)

  it('holds the texts of flat rows to the letter', async () => {
    const rows = texts.map((text) => ({
      instruction: text,
      input: text,
      output: text,
      system: text,
    }))
    const { texts: files, check } = await bundle(await imported(JSON.stringify(rows)), OPTIONS)
    expect(check.rowsKept).toBe(texts.length)
    const back = await canonicalRows(files[`${OPTIONS.name}.json`] as string)
    expect(
      back.map(({ instruction, input, output, system }) => ({
        instruction,
        input,
        output,
        system,
      })),
    ).toEqual(rows)
  })

  it('holds the turns of chats', async () => {
    const rows = texts.map((text) => ({
      conversations: [
        { from: 'human', value: text },
        { from: 'gpt', value: `${text} 2` },
        { from: 'human', value: `${text} 3` },
        { from: 'gpt', value: text },
      ],
    }))
    const parts = async (format: 'sharegpt' | 'alpaca') => {
      const options = { ...OPTIONS, format }
      const { texts: files } = await bundle(await imported(JSON.stringify(rows)), options)
      const back = await canonicalRows(files[`${OPTIONS.name}.json`] as string)
      return back.map(({ instruction, output, history, messages }) => [
        ...(messages ?? []).map((message) => (message as { value: string }).value),
        ...(messages ? [] : [...(history ?? []).flat(), instruction, output]),
      ])
    }
    const turns = rows.map(({ conversations }) => conversations.map(({ value }) => value))
    expect(await parts('sharegpt')).toEqual(turns)
    expect(await parts('alpaca')).toEqual(turns)
  })
})
