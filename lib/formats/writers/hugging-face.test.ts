import { parquetMetadata, parquetSchema } from 'hyparquet'
import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { imported } from '@/lib/testing/formats/bundle'
import { canonicalRows } from '@/lib/testing/formats/collect'
import { plainRow } from '@/lib/testing/formats/made'
import { prepared, written } from '@/lib/testing/formats/written'
import type { ExportRow } from './export-row'

type Card = {
  configs: { config_name: string; data_files: { split: string; path: string }[] }[]
  dataset_info: {
    features: Record<string, unknown>[]
    splits: { name: string; num_examples: number }[]
    download_size: number
  }
} & Record<string, unknown>

async function folder(rows: readonly ExportRow[], options = {}) {
  const files = unzipSync(await written('hugging-face', rows, options))
  const text = Buffer.from(files['README.md'] ?? []).toString()
  const [, head = '', body = ''] = /^---\n([^]*?)---\n([^]*)$/.exec(text) ?? []
  const data = Object.keys(files).filter((name) => name.startsWith('data/'))
  return { files, body, data, card: parse(head) as Card }
}

const metric = (value: number | null): NonNullable<ExportRow['metrics']> => [
  { key: 'mnd', value, status: value === null ? 'no_response' : 'ok' },
]
const ROWS = ['a', 'b', 'c'].map((instruction, i) => ({
  row: plainRow(i, { instruction, input: 'x', output: 'y' }),
  mapping: null,
  lineage: [{ key: 'round', value: 1 }],
  metrics: metric(i === 1 ? null : 0.5),
}))

describe('Hugging Face dataset folder', () => {
  it('has the files that load_dataset finds: card, data/<split>-0000i-of-0000n.parquet, and nothing else but the recipe', async () => {
    const { files, data } = await folder(ROWS, { rowsPerFile: '2' })
    expect(data).toEqual(['data/train-00000-of-00002.parquet', 'data/train-00001-of-00002.parquet'])
    expect(Object.keys(files)).toEqual([...data, 'recipe.yaml', 'README.md'])
  })

  it('states configuration, split, license, languages and tags as the Hub reads them', async () => {
    const { card } = await folder(ROWS, { license: 'cc-by-4.0', language: 'en, zh', split: 'test' })
    expect(card).toMatchObject({
      pretty_name: 'set',
      license: 'cc-by-4.0',
      language: ['en', 'zh'],
      task_categories: ['text-generation'],
      size_categories: ['n<1K'],
      configs: [
        { config_name: 'default', data_files: [{ split: 'test', path: 'data/test-*.parquet' }] },
      ],
    })
    expect((await folder(ROWS)).card).toMatchObject({ license: 'unknown' })
    expect((await folder(ROWS)).card).not.toHaveProperty('language')
  })

  it('counts rows and bytes as the files hold them, in every row group and file', async () => {
    const { files, data, card } = await folder(ROWS, { rowsPerFile: '2' })
    const rows = data.map((name) => parquetMetadata(bytesOf(files[name])).num_rows)
    expect(rows).toEqual([2n, 1n])
    expect(card.dataset_info.splits).toEqual([{ name: 'train', num_examples: 3 }])
    const bytes = data.reduce((sum, name) => sum + (files[name]?.byteLength ?? 0), 0)
    expect(card.dataset_info.download_size).toBe(bytes)
  })

  it('names a feature for each Parquet column, in its order, with the type that the file has', async () => {
    const rows = await imported(
      JSON.stringify([
        {
          conversations: [
            { from: 'human', value: 'q' },
            { from: 'gpt', value: 'a' },
          ],
          tags: ['x'],
          n: 1,
          share: 0.5,
          ok: true,
          meta: { a: 1, b: ['c'] },
          nested: [[1], [2]],
          none: null,
          mixed: 1,
        },
        {
          conversations: [
            { from: 'human', value: 'r' },
            { from: 'gpt', value: 'b' },
          ],
          tags: [],
          n: 2,
          share: 2.5,
          ok: false,
          meta: { a: 2, b: [] },
          nested: [],
          none: null,
          mixed: { two: ['kinds'] },
        },
      ]),
    )
    const { files, data, card } = await folder(rows)
    const message = [
      { name: 'from', dtype: 'string' },
      { name: 'value', dtype: 'string' },
    ]
    expect(card.dataset_info.features).toEqual([
      { name: 'conversations', list: message },
      { name: 'tags', list: 'string' },
      { name: 'n', dtype: 'int64' },
      { name: 'share', dtype: 'float64' },
      { name: 'ok', dtype: 'bool' },
      {
        name: 'meta',
        struct: [
          { name: 'a', dtype: 'int64' },
          { name: 'b', list: 'string' },
        ],
      },
      { name: 'nested', list: { list: 'int64' } },
      { name: 'none', dtype: 'string' },
      { name: 'mixed', dtype: 'string' },
    ])
    const { children } = parquetSchema(parquetMetadata(bytesOf(files[data[0] ?? ''])))
    expect(children.map(({ element }) => element.name)).toEqual(
      card.dataset_info.features.map(({ name }) => name),
    )
    const typed = children.map(({ element }) => element.logical_type?.type ?? element.type)
    // No column is marked as JSON, of which newer readers make a type that features do not know.
    expect(typed).toEqual([
      'LIST',
      'LIST',
      'INT64',
      'DOUBLE',
      'BOOLEAN',
      undefined,
      'LIST',
      'STRING',
      'STRING',
    ])
  })

  it('is read back with the same rows, over all its files', async () => {
    const source =
      '[{"instruction":"a","input":"","output":"b","m":1},{"instruction":"c","input":"i","output":"d","m":{"k":[1]}},{"instruction":"漢","input":"","output":"e","m":null}]'
    const { files, data } = await folder(await imported(source), { rowsPerFile: '2' })
    const again = []
    for (const name of data)
      again.push(...(await canonicalRows(Buffer.from(files[name] ?? []), name)))
    expect(again.map(({ instruction, input, output }) => [instruction, input, output])).toEqual([
      ['a', '', 'b'],
      ['c', 'i', 'd'],
      ['漢', '', 'e'],
    ])
    expect(again.map(({ extra }) => extra?.['m'])).toEqual(['1', '{"k":[1]}', null])
  })

  it('says of each column where it comes from, and shows hostile names as text', async () => {
    const rows = ROWS.map((one) => ({
      ...one,
      row: {
        ...one.row,
        keys: [...one.row.keys, '<img src=x>|\n# h'],
        extra: { '<img src=x>|\n# h': 'v' },
      },
    }))
    const { body } = await folder(rows)
    expect(body).toContain('| round | int64 | Round of evolution; 0 for the seeds |')
    expect(body).toContain('| instruction | string | As in the source file |')
    expect(body).not.toContain('<img')
    expect(body).not.toMatch(/^# h/m)
  })

  it.each([
    ['license', 'CC BY'],
    ['language', 'English'],
    ['split', 'a/b'],
    ['rowsPerFile', '0'],
  ])('refuses a %s that the Hub would refuse', async (option, value) => {
    const { blocking } = await prepared('hugging-face', ROWS, { [option]: value })
    expect(blocking.map(({ rule }) => rule)).toEqual([option])
  })
})

function bytesOf(bytes: Uint8Array | undefined): ArrayBuffer {
  return Uint8Array.from(bytes ?? []).buffer
}
