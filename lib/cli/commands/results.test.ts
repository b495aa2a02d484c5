import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { cliFolder } from '@/lib/testing/cli-folder'

// Node and tsx are started for each call.
const SLOW = 120_000

const { folder, evolens } = cliFolder()
const of = ['--study', 'S']

beforeAll(async () => {
  const seeds = path.join(folder, 'fruit.json')
  fs.writeFileSync(seeds, '[{"instruction":"Count the apples","output":"2"}]')
  await evolens('import', '--seeds', '--seed-set', 'fruit', ...of, seeds)
  const run = path.join(folder, 'eval', 'student-a')
  fs.mkdirSync(run, { recursive: true })
  const fixtures = path.join(process.cwd(), 'lib/formats/results/fixtures')
  const stamp = '2024-12-15T00-00-00.500000'
  fs.copyFileSync(
    path.join(fixtures, 'lm-eval-results.json'),
    path.join(run, `results_${stamp}.json`),
  )
  fs.copyFileSync(
    path.join(fixtures, 'lm-eval-samples-gsm8k.jsonl'),
    path.join(run, `samples_gsm8k_${stamp}.jsonl`),
  )
  fs.writeFileSync(path.join(run, 'broken.json'), '{"results": {"gsm8k":')
}, SLOW)
it(
  'imports a folder, tells of the half-written file, and lists, maps and compares what is there',
  async () => {
    const done = await evolens('results', 'import', ...of, path.join(folder, 'eval'))
    expect(done.code).toBe(3)
    expect(done.err).toMatch(/eval\/student-a\/broken\.json, the file: .*half written/)
    expect(done.out).toMatch(/results_2024-12-15T00-00-00\.500000\.json +lm-evaluation-harness +9/)
    expect(done.out).toMatch(/not said what they were trained on: saves\/alpaca-round-1-0a1b2c3d/)

    const model = 'saves/alpaca-round-1-0a1b2c3d'
    const more =
      '--evolver seeds --round 0 --student Llama-3-8B --writer Qwen --seed-set fruit'.split(' ')
    const mapped = await evolens('results', 'map', model, '--source', 'lm-eval', ...of, ...more)
    expect([mapped.code, mapped.err]).toEqual([0, ''])
    expect((await evolens('results', 'list', ...of, '--json')).out).toContain('"writer": "Qwen"')
    const unknown = ['map', model, '--source', 'lm-eval', ...of, ...more, '--export', 'no-such']
    const refused = await evolens('results', ...unknown)
    expect(refused.err).toContain('There is no export "no-such" in this study. There are: none.')
    expect(refused.code).not.toBe(0)

    const csv = path.join(folder, 'results.csv')
    const listed = await evolens('results', 'list', ...of, '--benchmark', 'gsm8k', '--csv', csv)
    const [head, first] = listed.out.split('\n').map((line) => line.trim().split(/\s{2,}/))
    expect(head).toEqual(
      'no benchmark metric model evolver round student value unit percent n attainable source'.split(
        ' ',
      ),
    )
    expect(first?.slice(1)).toEqual(
      ['gsm8k', 'exact_match,strict-match', model, 'seeds', '0', 'Llama-3-8B'].concat(
        '0.5 fraction 50 4 true lm-eval'.split(' '),
      ),
    )
    expect(fs.readFileSync(csv, 'utf8')).toMatch(
      /gsm8k,,"exact_match,strict-match",.*,seeds,0,fruit,/,
    )

    const out = path.join(folder, 'eee')
    const written = await evolens('results', 'export', ...of, '--out', out)
    expect([written.code, written.err]).toEqual([0, ''])
    expect(written.out).toMatch(/Written: 1 files[^]*1 results without a value are left out/)
    const [name = ''] = fs.readdirSync(out)
    expect(JSON.parse(fs.readFileSync(path.join(out, name), 'utf8'))).toMatchObject({
      model_info: { id: model },
      eval_library: { name: 'lm-evaluation-harness', version: '0.4.9' },
    })

    const withPaper = ['--paper', '--csv', csv]
    const paper = await evolens('results', 'list', ...of, '--benchmark', 'GSM8K', ...withPaper)
    const sources = fs
      .readFileSync(csv, 'utf8')
      .split(/\r?\n/)
      .map((line) => line.slice(0, 21))
    expect(new Set(sources.filter(Boolean))).toEqual(
      new Set(['Source,Benchmark,Part', 'this study (lm-eval),', '"arXiv 2412.11231 v1,']),
    )
    expect(paper.out).toMatch(
      /GSM8K +accuracy +Mistral-7B-v0\.3 +LLM \(Llama-3\.1-70B-Instruct\) +1 /,
    )

    const compared = await evolens('results', 'compare', '2', '3', ...of, '--json')
    expect(JSON.parse(compared.out)).toMatchObject({ comparable: false, difference: null })
    const same = await evolens('results', 'compare', '2', '2', ...of)
    expect(same.out).toMatch(/Difference\s*0 percentage points/)
  },
  SLOW,
)

it(
  'takes a table only with its unit',
  async () => {
    const table = path.join(folder, 't.csv')
    fs.writeFileSync(table, 'model,benchmark,metric,value\nm,mbpp,pass@1,0.9\n')
    const refused = await evolens('results', 'import', ...of, table)
    expect([refused.code, refused.out]).toEqual([3, ''])
    expect(refused.err).toMatch(/t\.csv, line 2, unit: expected fraction, percent or count/)
    const taken = await evolens('results', 'import', ...of, '--unit', 'percent', table, '--json')
    expect(JSON.parse(taken.out)).toMatchObject({ files: [{ name: 't.csv', results: 1 }] })
  },
  SLOW,
)

it(
  'names a few of many models that nobody mapped, and says how many more there are',
  async () => {
    const table = path.join(folder, 'many.csv')
    const models = Array.from({ length: 9 }, (_, i) => `model-${i},mbpp,pass@1,${i},500`)
    fs.writeFileSync(table, ['model,benchmark,metric,value,n', ...models, ''].join('\n'))
    const flags = ['--study', 'Many', '--unit', 'percent']
    await evolens('studies', 'create', 'Many')
    const { out } = await evolens('results', 'import', ...flags, table)
    expect(out).toMatch(/model-0 \(table\), .*model-4 \(table\) and 4 more\. Use/)
    expect(out).not.toContain('model-5 (')
  },
  SLOW,
)
