import { describe, expect, it } from 'vitest'
import { inspectSource, readRows } from './read'
import { importedValues } from './shared/imported-values'
import { canonicalRows, readAll } from '@/lib/testing/formats/collect'
import type { CanonicalRow } from './types'
import { bytesSource } from '@/lib/testing/formats/made'

const inspect = async (content: unknown, name = 'x.json', options = {}) => {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return inspectSource(bytesSource(name, text), options)
}
const one = async (value: unknown, name?: string) =>
  (await canonicalRows(JSON.stringify([value]), name))[0] as CanonicalRow

describe('Alpaca', () => {
  it('reads evolved rows before responses', async () => {
    const row = await one({ instruction: ' a\n', input: 'b', output: '' })
    expect(row).toMatchObject({
      index: 0,
      instruction: ' a\n',
      input: 'b',
      output: '',
      flags: ['no_response'],
    })
    expect(row.keys).toEqual(['instruction', 'input', 'output'])
    expect(row.extra).toBeNull()
  })

  it('tells missing, null and empty apart', async () => {
    const rows = await canonicalRows(
      JSON.stringify([
        { instruction: 'a', output: 'x' },
        { instruction: 'a', input: null, output: null },
        { instruction: 'a', input: '' },
      ]),
    )
    expect(rows.map((r) => [r.input, r.output, r.flags, r.keys.length])).toEqual([
      ['', 'x', ['input_missing'], 2],
      [null, null, ['no_response'], 3],
      ['', null, ['no_response'], 2],
    ])
  })

  it('reads system, history, id and keeps other keys in order', async () => {
    const row = await one({
      id: 7,
      instruction: 'a',
      input: '',
      output: 'b',
      system: 's',
      history: [['q', 'r']],
      zeta: { x: [1] },
      alpha: null,
    })
    expect(row).toMatchObject({ system: 's', history: [['q', 'r']], externalId: '7' })
    expect(row.flags).toEqual(['multi_turn'])
    expect(Object.keys(row.extra ?? {})).toEqual(['zeta', 'alpha', 'id'])
    expect(Object.getPrototypeOf(row.extra)).toBeNull()
  })

  it.each([
    [{ instruction: 5, output: 'x' }, '"instruction" is a number'],
    [{ instruction: null, output: 'x' }, '"instruction" is null'],
    [{ input: 'a', output: 'x' }, '"instruction" is missing'],
    [{ instruction: 'a', output: {} }, '"output" is an object'],
    [{ instruction: 'a', input: 1, output: 'x' }, '"input" is a number'],
    [
      { instruction: 'a', output: 'x', history: [['only one']] },
      '"history" is not a list of pairs',
    ],
    [['a'], 'an array'],
    [null, 'null'],
  ])('makes an error row of %j', async (bad, message) => {
    const good = { instruction: 'a', input: '', output: 'b', history: [] }
    const text = JSON.stringify([...Array.from({ length: 20 }, () => good), bad, good])
    const rows = await readAll(bytesSource('x.json', text), { skipBadRows: true })
    expect(rows.map((r) => r.ok)).toEqual([...Array.from({ length: 20 }, () => true), false, true])
    const broken = rows[20]
    if (!broken || broken.ok) throw new Error('expected a broken row')
    expect(broken.error).toMatchObject({ row: 21, file: 'x.json', byteOffset: broken.byteOffset })
    expect(broken.error.message).toContain(message)
    const after = rows[21]
    expect(after?.ok && after.row.index).toBe(21)
    await expect(readAll(bytesSource('x.json', text))).rejects.toMatchObject({ row: 21 })
  })

  it('yields batches of the chosen size', async () => {
    const text = JSON.stringify(
      Array.from({ length: 7 }, () => ({ instruction: 'a', output: 'b' })),
    )
    const source = bytesSource('x.json', text)
    const { detection } = await inspectSource(source)
    const sizes: number[] = []
    const plan = { formatId: 'alpaca' as const, mapping: detection.mapping }
    for await (const batch of readRows(source, plan, { batchRows: 3 })) sizes.push(batch.length)
    expect(sizes).toEqual([3, 3, 1])
  })
})

describe('chat formats', () => {
  it('maps ShareGPT to a canonical row', async () => {
    const conversations = [
      { from: 'system', value: 's' },
      { from: 'human', value: 'q1' },
      { from: 'gpt', value: 'a1' },
      { from: 'human', value: 'q2' },
      { from: 'function_call', value: '{}' },
      { from: 'observation', value: 'o' },
      { from: 'gpt', value: 'a2' },
    ]
    const row = await one({ conversations, tools: '[]', extra: 1 })
    expect(row).toMatchObject({
      instruction: 'q1',
      input: '',
      output: 'a2',
      system: 's',
      history: [['q1', 'a1']],
      messages: conversations,
      tools: '[]',
      flags: ['multi_turn'],
    })
    expect(row.extra).toEqual({ extra: 1 })
  })

  it('maps OpenAI messages, joins text parts and flags other content', async () => {
    const messages = [
      { role: 'developer', content: 'd' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image_url', image_url: { url: 'x' } },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'assistant', content: null, tool_calls: [{ id: '1' }] },
      { role: 'tool', content: 't', tool_call_id: '1' },
      { role: 'assistant', content: 'done', name: 'n' },
    ]
    const row = await one({ messages })
    expect(row).toMatchObject({
      instruction: 'ab',
      output: 'done',
      system: 'd',
      history: null,
      messages,
    })
    expect(row.flags).toEqual(['non_text_content', 'multimodal'])
  })

  it('flags a chat without answer and refuses one without user', async () => {
    const text = JSON.stringify([
      { conversations: [{ from: 'human', value: 'q' }] },
      { conversations: [] },
      { conversations: [{ from: 'gpt', value: 'a' }] },
      { conversations: [{ from: 'human', value: null }] },
      { conversations: 'no' },
    ])
    const rows = await readAll(bytesSource('x.json', text), { skipBadRows: true })
    expect(rows.map((r) => (r.ok ? r.row.flags : r.error.reason))).toEqual([
      ['no_response'],
      ...Array.from({ length: 4 }, () => 'wrong_type'),
    ])
  })
})

describe('other tables', () => {
  it.each([
    ['prompt', 'completion'],
    ['Question', 'Answer'],
    ['query', 'response'],
  ])('suggests %s and %s', async (question, answer) => {
    const { detection, preview } = await inspect([
      { uuid: 'u1', [question]: 'q', [answer]: 'a', n: 1 },
    ])
    expect(detection).toMatchObject({
      formatId: 'generic',
      mapping: { instruction: question, output: answer, id: 'uuid', input: null },
    })
    const [first] = preview
    expect(first?.ok && first.row).toMatchObject({
      instruction: 'q',
      output: 'a',
      externalId: 'u1',
      input: null,
    })
  })

  it('reads CSV with the same keys as Alpaca', async () => {
    const [row] = await canonicalRows('instruction,input,output\n"a, b",,c\n', 'x.csv')
    expect(row).toMatchObject({ instruction: 'a, b', input: '', output: 'c', flags: [] })
  })

  it('asks for the instruction column when no name fits', async () => {
    const { detection } = await inspect([{ foo: 'a', bar: 'b' }])
    expect(detection.issues).toEqual([
      expect.objectContaining({ severity: 'ask', code: 'no_instruction' }),
    ])
  })

  it('keeps the literal text of an id beyond 2^53', async () => {
    const [row] = await canonicalRows('[{"id":9007199254740993,"instruction":"a","output":"b"}]')
    expect(row?.externalId).toBe('9007199254740993')
  })
})

describe('results of other tools', () => {
  it('reads distances and counts beside the rows', async () => {
    const base = { instruction: 'a', input: '', output: 'b' }
    const text = [
      JSON.stringify({ ...base, min_neighbor_distance: 0.25, repeat_count: 2 }),
      JSON.stringify({ ...base, min_neighbor_distance: 3.4028234663852886e38, repeat_count: 0 }),
      '{"instruction":"a","input":"","output":"b","min_neighbor_distance":NaN}',
      JSON.stringify({ ...base, min_neighbor_distance: 'x', repeat_count: null }),
    ].join('\n')
    const source = bytesSource('autoif-small_distance.jsonl', text)
    const { detection } = await inspectSource(source)
    expect(detection.formatId).toBe('alpaca')
    expect(detection.importedValues.map((spec) => spec.key)).toEqual([
      'min_neighbor_distance',
      'repeat_count',
    ])
    const rows = (await readAll(source)).map((r) => {
      if (!r.ok) throw r.error
      return importedValues(r.row, detection.importedValues).map((v) => [v.value, v.status])
    })
    expect(rows).toEqual([
      [
        [0.25, 'ok'],
        [2, 'ok'],
      ],
      [
        [null, 'n_too_small'],
        [0, 'ok'],
      ],
      [
        [null, 'nonfinite'],
        [null, 'not_run'],
      ],
      [
        [null, 'unparsed'],
        [null, 'not_run'],
      ],
    ])
  })

  it('reads superfiltering scores beside Alpaca rows', async () => {
    const row = {
      instruction: 'a',
      input: '',
      output: 'b',
      ppl_A_direct: 2,
      ppl_A_condition: 1,
      ifd_ppl: 0.5,
    }
    const { detection } = await inspect([row])
    expect(detection.formatId).toBe('alpaca')
    expect(detection.importedValues).toHaveLength(3)
  })

  it.each([
    ['alpaca-iter2-small.json', 10, 'ten_rows'],
    ['alpaca-iter2-small.json', 11, undefined],
    ['alpaca.json', 10, undefined],
    ['code-iter1-large-sorted-ifd-x.json', 1, 'one_row'],
  ])('warns of lengths that scripts leave behind: %s with %i rows', async (name, n, code) => {
    const { detection } = await inspect(
      Array.from({ length: n }, () => ({ instruction: 'a', output: '' })),
      name,
    )
    expect(detection.issues[0]?.code).toBe(code)
    expect(detection.confidence).toBe(1)
  })
})

describe('files that are recognised and refused', () => {
  it.each([
    [
      'dataset-info',
      JSON.stringify({ a: { file_name: 'a.json' }, b: { hf_hub_url: 'x/y' } }, null, 2),
    ],
    ['token-logprobs', JSON.stringify([{ Sure: -0.1 }, { '\uFFFD': -3 }, { ' I': 0 }])],
    ['autoif-replies', JSON.stringify({ prompt: 'p', instruction: 'i', 'gpt-answer': ['a', 'b'] })],
    [
      'autoif-checks',
      JSON.stringify({ instruction: 'i', eval_func: ['def f'], cases: [['x', true]] }),
    ],
    [
      'autoif-checks',
      JSON.stringify({ instruction: 'i', eval_func: [['def f', 0.5]], cases: [['x', null]] }),
    ],
    ['superfiltering-raw', '{"ppl":[0,2,0,1],"loss":[0,1,0,1]}\n{}\n'],
    [
      'result-summary',
      '[{"ifd_score":0.5,"ifdx_score":NaN,"dataset":"d"}][{"ifd_score":1,"ifdx_score":2,"dataset":"e"}]',
    ],
    ['result-summary', '[{"ifd_score":0.5,"ifdx_score":1,"dataset":"d"}]'],
    [
      'result-summary',
      [1, 2]
        .map((n) =>
          JSON.stringify(
            { 'very easy': n, easy: 1, medium: 1, hard: 1, 'very hard': 1, dataset: 'd' },
            null,
            4,
          ),
        )
        .join(''),
    ],
    [
      'result-summary',
      '{"dataset":"d","average_score":NaN}\n{"dataset":"e","average_score":Infinity}\n',
    ],
    [
      'result-summary',
      '{\n "dataset": "d",\n "scores": 1.5\n}\n{\n "dataset": "e",\n "scores": 2\n}',
    ],
    ['ms-swift', JSON.stringify([{ conversation: [{ human: 'a', assistant: 'b' }] }])],
    ['not_objects', '[[1,2],[3,4]]'],
    ['not_objects', '["a","b"]'],
    ['column_wise', '{"instruction":["a","b"],"output":["c","d"]}'],
    ['column_wise', '{\n"instruction":["a","b"],\n"output":["c","d"]}'],
    ['wrapped_array', '{"data":[{"instruction":"a","output":"b"}]}'],
    ['concatenated', '{\n"instruction":"a"}\n{\n"instruction":"b"}'],
  ])('%s', async (label, text) => {
    const { detection, preview } = await inspect(text, 'x.json')
    expect(detection).toMatchObject({ formatId: null, label, confidence: 0 })
    expect(detection.issues[0]?.message.length).toBeGreaterThan(20)
    expect(preview).toEqual([])
  })

  it('reads a wrapped array when told', async () => {
    const { detection } = await inspect('{"data":[{"instruction":"a","output":"b"}]}', 'x.json', {
      unwrap: true,
    })
    expect(detection.formatId).toBe('alpaca')
  })

  it('refuses mixed formats but takes one stray row for an error row', async () => {
    const alpaca = Array.from({ length: 15 }, () => ({ instruction: 'a', output: 'b' }))
    const chat = { messages: [{ role: 'user', content: 'x' }] }
    const mixed = await inspect([...alpaca, chat, chat, chat])
    expect(mixed.detection.label).toBe('mixed_formats')
    const stray = await inspect([...alpaca, chat])
    expect(stray.detection).toMatchObject({ formatId: 'alpaca', confidence: 15 / 16 })
    expect(stray.preview.at(-1)?.ok).toBe(false)
  })

  it('decides on the first 200 rows without reading on', async () => {
    const good = JSON.stringify({ instruction: 'a', output: 'b' })
    const text = `${`${good}\n`.repeat(300)}{broken`
    const { detection, preview, error } = await inspect(text, 'x.jsonl')
    expect([detection.formatId, detection.confidence, preview.length, error]).toEqual([
      'alpaca',
      1,
      20,
      null,
    ])
  })

  it('reports a file that breaks within its head', async () => {
    const { detection, error } = await inspect('[{"instruction":"a","output":"b"}', 'x.json')
    expect(error).toMatchObject({ reason: 'truncated', byteOffset: 32 })
    expect(detection).toMatchObject({
      formatId: null,
      issues: [{ severity: 'refuse', code: 'truncated' }],
    })
  })
})
