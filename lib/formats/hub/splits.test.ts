import { describe, expect, it } from 'vitest'
import { cardConfigs } from './card'
import { globMatcher } from './glob'
import { datasetParts } from './splits'

const shards = (stem: string, count: number) =>
  Array.from({ length: count }, (_, k) => `${stem}-0000${k}-of-0000${count}.parquet`)
const brief = (files: string[], card: string | null) =>
  datasetParts('evol', files, card === null ? null : cardConfigs(card)).map((part) => [
    part.config,
    part.split,
    part.name,
    part.files.length,
    part.reason,
  ])

describe('a card', () => {
  it('states configurations in every spelling that the hub takes', () => {
    const card = `---
license: mit
configs:
- config_name: iter1
  data_files: "iter1/*.parquet"
- config_name: iter2
  data_files:
  - iter2/a.jsonl
  - iter2/b.jsonl
- config_name: both
  default: true
  data_files:
  - split: train
    path: [x.csv, y.csv]
  - split: test
    path: z.csv
- config_name: by_table
  data_dir: ./old/
  data_files: {train: "t*.json"}
- config_name: plain
  data_dir: old
---
# Title
---
`
    expect(cardConfigs(card)).toEqual([
      { name: 'iter1', folder: '', splits: [{ split: 'train', patterns: ['iter1/*.parquet'] }] },
      {
        name: 'iter2',
        folder: '',
        splits: [{ split: 'train', patterns: ['iter2/a.jsonl', 'iter2/b.jsonl'] }],
      },
      {
        name: 'both',
        folder: '',
        splits: [
          { split: 'train', patterns: ['x.csv', 'y.csv'] },
          { split: 'test', patterns: ['z.csv'] },
        ],
      },
      { name: 'by_table', folder: 'old', splits: [{ split: 'train', patterns: ['t*.json'] }] },
      { name: 'plain', folder: 'old', splits: null },
    ])
  })

  it('without a head, with another head, or with a broken one states nothing', () => {
    expect(cardConfigs('# A folder of mine\n')).toBeNull()
    expect(cardConfigs('---\nlicense: mit\n---\n')).toEqual([])
    expect(cardConfigs('---\nconfigs: [\n---\n')).toBeNull()
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefg'
      .split('')
      .map((c, i) => `${c}: &${c} [${`*${'abcdef'[i]},`.repeat(9)}]`)
      .join('\n')}`
    expect(cardConfigs(`---\n${bomb}\n---\n`)).toBeNull()
  })
})

describe('the parts of a data set', () => {
  it('follow the card, with pieces in order and the rest told', () => {
    const card =
      '---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*\n  - split: test\n    path: data/test-*\n  - split: gone\n    path: gone/**\n---\n'
    const files = [...shards('data/train', 3).toReversed(), ...shards('data/test', 1)]
    expect(brief(files, card)).toEqual([
      ['default', 'train', 'evol.jsonl', 3, null],
      ['default', 'test', 'evol-test.parquet', 1, null],
      ['default', 'gone', 'evol-gone.jsonl', 0, expect.stringMatching(/No file/)],
    ])
    expect(datasetParts('evol', files, cardConfigs(card))[0]?.files).toEqual(
      shards('data/train', 3),
    )
  })

  it('keep names that tell something, and never join what nobody says belongs together', () => {
    const files = ['alpaca-iter1-small.json', 'alpaca-iter2-small.json', 'data/test.csv']
    expect(brief(files, null)).toEqual([
      ['default', 'train', 'alpaca-iter1-small.json', 1, null],
      ['default', 'train', 'alpaca-iter2-small.json', 1, null],
      ['default', 'test', 'evol-test.csv', 1, null],
    ])
  })

  it('take splits from pieces and from words of names and folders', () => {
    const files = [
      ...shards('data/evol_v2', 2),
      'valid/0.jsonl',
      'my-eval_1.jsonl',
      'contest.jsonl',
    ]
    expect(brief(files, null).map(([, split, name]) => [split, name])).toEqual([
      ['evol_v2', 'evol-evol_v2.jsonl'],
      ['validation', 'evol-validation.jsonl'],
      ['test', 'my-eval_1.jsonl'],
      ['train', 'contest.jsonl'],
    ])
  })

  it('are refused where a piece is missing or pieces are of several kinds', () => {
    expect(brief(shards('train', 3).slice(1), null)[0]?.[4]).toMatch(/^1 of 3 pieces/)
    const card = '---\nconfigs:\n- config_name: a\n  data_files: ["a.csv", "b.jsonl"]\n---\n'
    expect(brief(['a.csv', 'b.jsonl'], card)[0]?.[4]).toMatch(/several kinds \(\.csv, \.jsonl\)/)
  })
})

describe('a pattern', () => {
  it.each([
    ['data/*.csv', 'data/a.csv', true],
    ['data/*.csv', 'data/b/a.csv', false],
    ['**/*.csv', 'a.csv', true],
    ['**/*.csv', 'x/y/a.csv', true],
    ['data', 'data/x/a.csv', true],
    ['data', 'database/a.csv', false],
    ['data/**', 'data/x/a.csv', true],
    ['p[0-9]?.{csv,tsv}', 'p12.tsv', true],
    ['p[!0-9].csv', 'p1.csv', false],
    ['a.b', 'axb', false],
    ['[a', '[a', true],
    ['{a', '(?:a', false],
    ['[z-a]', 'z', false],
  ])('%s and the path %s: %s', (pattern, path, isFit) => {
    expect(globMatcher(pattern)(path)).toBe(isFit)
  })

  it('of many stars takes no time', () => {
    const start = performance.now()
    expect(globMatcher('**/*a'.repeat(40))('b/'.repeat(2_000))).toBe(false)
    expect(performance.now() - start).toBeLessThan(3_000)
  })
})
