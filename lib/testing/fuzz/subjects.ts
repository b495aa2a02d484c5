import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { parquetOf } from '../formats/parquet-file'
import { RESULT_NAMES, resultFixture } from '../take-results'

/** Who reads a file: the import of rows, the unpacking of archives, or the reader of one other kind of file. */
export type Reader = 'rows' | 'archive' | 'results' | 'benchmark' | 'rules' | 'claims'

/** A sound file that mutations begin with. */
export interface Subject {
  format: string
  reader: Reader
  name: string
  /** What is inside where the file is packed, else the file. */
  content: Buffer
  /** Packs changed content as the format does; absent where nothing is packed. */
  pack?: (content: Buffer) => Buffer
}

const TEXTS = [
  'plain',
  'two\nlines',
  '漢字🙂',
  'a "quote", a\ttab',
  '',
  'e\u0301 \u2028 \\',
  '=1+1',
]

const ROWS = TEXTS.map((text, k) => ({
  id: k === 0 ? 9_007_199_254_740_993n.toString() : `r${k}`,
  instruction: `${text} ${k}`,
  input: k % 2 === 0 ? '' : text,
  output: text === '' ? null : `answer to ${text}`,
  score: k / 3,
  tags: ['a', text],
}))

const CHATS = TEXTS.map((text, k) => ({
  conversations: [
    { from: 'human', value: `${text} ${k}` },
    { from: 'gpt', value: text },
  ],
  system: k === 0 ? null : text,
}))

const MESSAGES = TEXTS.map((text) => ({
  messages: [
    { role: 'user', content: text },
    { role: 'assistant', content: [{ type: 'text', text }] },
  ],
}))

const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n')
const cell = (value: unknown) => `"${String(value ?? '').replaceAll('"', '""')}"`
const table = (delimiter: string) =>
  [Object.keys(ROWS[0] as object), ...ROWS.map((row) => Object.values(row))]
    .map((cells) => cells.map(cell).join(delimiter))
    .join('\n')

const INFO = JSON.stringify({
  part: {
    file_name: 'a.json',
    columns: { prompt: 'instruction', query: 'input', response: 'output' },
  },
  chats: { file_name: 'c.jsonl', formatting: 'sharegpt', columns: { messages: 'conversations' } },
})

const RULES = `evolens_subset: 1
name: Best
rules:
  - rule: ranked
    column: mnd.mnd
    amount: 25
  - rule: exact_text
`

const CLAIMS = `claims:
  - claim: Small rows are harder
    metric: difficulty_score.score
    a: small.1
    b: large.1
    margin: 5
`

/** Returns the sound files of every format that is read. */
export async function fuzzSubjects(): Promise<Subject[]> {
  const json = JSON.stringify(ROWS)
  const of = (
    format: string,
    reader: Reader,
    name: string,
    content: string | Buffer,
    pack?: Subject['pack'],
  ): Subject => ({ format, reader, name, content: Buffer.from(content), ...(pack && { pack }) })
  const zipped = (content: Buffer) =>
    Buffer.from(zipSync({ 'a.json': content, 'sub/c.jsonl': Buffer.from(lines(CHATS)) }))
  const bundled = (content: Buffer) =>
    Buffer.from(
      zipSync({
        'dataset_info.json': content,
        'a.json': Buffer.from(json),
        'c.jsonl': Buffer.from(lines(CHATS)),
      }),
    )
  const inspect = (content: Buffer) => {
    const { samples, ...header } = JSON.parse(resultFixture('inspect.json')) as { samples: unknown }
    const text = (value: unknown) => Buffer.from(JSON.stringify(value))
    return Buffer.from(
      zipSync({
        'header.json': text(header),
        'summaries.json': content.length ? content : text(samples),
      }),
    )
  }
  return [
    of('JSON', 'rows', 'small-iter1-code.json', json),
    of('JSON', 'rows', 'wrapped.json', JSON.stringify({ data: ROWS }, null, 1)),
    of('JSONL', 'rows', 'small-iter1-code.jsonl', lines(ROWS)),
    of('CSV', 'rows', 'small-iter1-code.csv', table(',')),
    of('TSV', 'rows', 'small-iter1-code.tsv', table('\t')),
    of('chats', 'rows', 'chats.json', JSON.stringify(CHATS)),
    of('chats', 'rows', 'messages.jsonl', lines(MESSAGES)),
    of('Parquet', 'rows', 'rows.parquet', await parquetOf(json)),
    of('Parquet', 'rows', 'chats.parquet', await parquetOf(JSON.stringify(CHATS))),
    of('gzip', 'rows', 'rows.jsonl.gz', lines(ROWS), gzipSync),
    of('gzip', 'rows', 'rows.csv.gz', table(','), gzipSync),
    of('zip', 'archive', 'rows.zip', json, zipped),
    of('dataset_info', 'archive', 'bundle.zip', INFO, bundled),
    ...Object.entries(RESULT_NAMES).map(([fixture, name]) =>
      of('results', 'results', name, resultFixture(fixture)),
    ),
    of('results', 'results', 'log.eval', '', inspect),
    of('benchmark', 'benchmark', 'items.jsonl', lines(ROWS)),
    of('benchmark', 'benchmark', 'items.csv', table(',')),
    of('rule file', 'rules', 'rules.yaml', RULES),
    of('own claims', 'claims', 'claims.yaml', CLAIMS),
  ]
}
